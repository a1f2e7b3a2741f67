import type { View } from '../../../plan/view.ts'
import {
  type FunctionName,
  functionsUsed,
  type GivenNumber,
  givenNumbers,
  numbersGivenTo,
} from './functions.ts'
import type { Shader } from './shaders/shader.ts'

/** The source of a kernel for GPU.js, and the values that it reads. */
export interface KernelSource {
  /** Label for profiling; not unique. */
  readonly name: string
  readonly source: string
  /** WGSL in place of the one that GPU.js generates from the source, for the same parameters and result. */
  readonly shader?: Shader | undefined
  /** The sources of the functions that it calls. */
  readonly functions: readonly string[]
  /** Threads along x, or along x and y. */
  readonly threads: readonly number[]
  /** Neighbouring elements of the result per thread. */
  readonly width: number
  /** The values of its array parameters. */
  readonly values: readonly number[]
  /** The values of its other parameters: numbers without literals. */
  readonly numbers: readonly number[]
}

/** Properties of a mode that kernels depend on. */
export interface Target {
  /** Whether threads may return several elements, which is fast on WebGPU only. */
  readonly vectors: boolean
  /** Whether locals are float64 and must be rounded. */
  readonly rounds: boolean
  /** Whether kernels may have shaders of their own. */
  readonly shaders: boolean
}

/** The storage buffers that WebGPU guarantees a kernel, minus one for its result. */
export const mostArrays = 7

/** Writes the source of one kernel, in the subset of JavaScript that GPU.js compiles correctly in all modes. */
export class KernelWriter {
  readonly target: Target
  readonly #lines: string[] = []
  readonly #values: number[] = []
  readonly #functions = new Set<FunctionName>()
  readonly #numbers = new Map<string, number>()
  #locals = 0

  constructor(target: Target) {
    this.target = target
  }

  /** Adds statements. */
  write(...lines: string[]): void {
    this.#lines.push(...lines)
  }

  /** Returns a new name. */
  name(prefix: string): string {
    return `${prefix}${this.#locals++}`
  }

  /** Declares a constant and returns its name. Not for offsets: on WebGPU it is a float32, which is exact up to 2²⁴. */
  constant(expression: string, prefix = 'v'): string {
    const name = this.name(prefix)
    this.write(`const ${name}=${expression};`)
    return name
  }

  /** Writes a loop over 0 … length − 1; the body takes the counter's name. A length of 1 needs no loop. */
  loop(length: number, body: (counter: string) => void): void {
    if (length === 1) {
      body('0')
      return
    }
    const counter = this.name('i')
    this.write(`for(let ${counter}=0;${counter}<${length};${counter}++){`)
    body(counter)
    this.write('}')
  }

  /** Writes the body under all these conditions; without conditions, unconditionally. */
  when(conditions: readonly string[], body: () => void): void {
    if (conditions.length > 0) this.write(`if(${conditions.join('&&')}){`)
    body()
    if (conditions.length > 0) this.write('}')
  }

  /** Returns an element of a value. The offset is inlined, so that it is computed in integers. */
  load({ value }: Pick<View, 'value'>, offset: string): string {
    let parameter = this.#values.indexOf(value)
    if (parameter < 0) parameter = this.#values.push(value) - 1
    return `a${parameter}[${offset}]`
  }

  /** Returns a call of a function of `functions.ts`, with its operands and the numbers that it declares. */
  call(name: FunctionName, ...operands: string[]): string {
    this.#functions.add(name)
    return `${name}(${[...operands, ...numbersGivenTo(name).map((number) => this.#given(number))].join()})`
  }

  /**
   * Returns a number. Infinities, NaN and −0 are parameters, since GPU.js has no literals for them. So is 0, because drivers
   * fold literals as if there were no infinity and no NaN: lavapipe makes 0 of 0 · x, and of x / 0 with x = 0.
   */
  number(value: number): string {
    if (Number.isNaN(value)) return this.#given('notANumber')
    if (!Number.isFinite(value)) {
      const infinity = this.#given('infinity')
      return value > 0 ? infinity : `(0-${infinity})`
    }
    const single = Math.fround(value)
    if (single === 0) return this.#given(Object.is(single, -0) ? 'negativeZero' : 'zero')
    return single < 0 ? `(0-${-single})` : String(single)
  }

  #given(name: GivenNumber): string {
    this.#numbers.set(name, givenNumbers[name])
    return name
  }

  /** Returns the expression, rounded to float32. */
  single(expression: string): string {
    return this.target.rounds ? `Math.fround(${expression})` : expression
  }

  /** Returns the kernel; each thread computes these elements. */
  finish(name: string, threads: readonly number[], results: readonly string[]): KernelSource {
    const result = results.length === 1 ? results[0] : `[${results.join()}]`
    const arrays = this.#values.map((_, i) => `a${i}`)
    const parameters = [...arrays, ...this.#numbers.keys()]
    return {
      name,
      source: `function(${parameters.join()}){\n${this.#lines.join('\n')}\nreturn ${result};\n}`,
      functions: functionsUsed(this.#functions),
      threads,
      width: results.length,
      values: this.#values,
      numbers: [...this.#numbers.values()],
    }
  }
}
