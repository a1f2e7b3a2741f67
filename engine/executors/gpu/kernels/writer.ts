import type { View } from '../../../plan/view.ts'
import { type FunctionName, functionsUsed, type GivenNumber, numbersGivenTo } from './functions.ts'

/** A kernel as GPU.js wants it, and the values that it reads. */
export interface KernelSource {
  /** What it computes, in a word: the same for many. */
  readonly name: string
  readonly source: string
  /** Functions that it calls. */
  readonly functions: readonly string[]
  /** How many threads along x, or along x and y. */
  readonly threads: readonly number[]
  /** How many neighbouring elements of the result each thread gives. */
  readonly width: number
  /** The values behind its array parameters. */
  readonly values: readonly number[]
  /** What its other parameters are given: numbers that have no literals. */
  readonly numbers: readonly number[]
}

/** What kernels depend on beside what they compute. */
export interface Target {
  /** Whether threads may return several elements: cheap on WebGPU alone. */
  readonly vectors: boolean
  /** Whether locals are float64 and must be rounded. */
  readonly rounds: boolean
}

/** As many arrays as WebGPU promises a kernel, less its result. */
export const mostArrays = 7

/** Writes the source of one kernel, in the part of JavaScript that GPU.js translates rightly in all its modes. */
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

  /** A new name. */
  name(prefix: string): string {
    return `${prefix}${this.#locals++}`
  }

  /** A new constant. Not for offsets: WebGPU makes it a float32, which counts to 2²⁴. */
  constant(expression: string, prefix = 'v'): string {
    const name = this.name(prefix)
    this.write(`const ${name}=${expression};`)
    return name
  }

  /** A loop over 0 … length − 1; the body is given the counter's name. Never written for a length of 1. */
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

  /** Runs the body where the condition holds; an empty one always does. */
  when(conditions: readonly string[], body: () => void): void {
    if (conditions.length > 0) this.write(`if(${conditions.join('&&')}){`)
    body()
    if (conditions.length > 0) this.write('}')
  }

  /** An element of a value, its place spelled out so that it is worked out in integers. */
  load({ value }: Pick<View, 'value'>, place: string): string {
    let parameter = this.#values.indexOf(value)
    if (parameter < 0) parameter = this.#values.push(value) - 1
    return `a${parameter}[${place}]`
  }

  /** A call of one of our functions, which is given the numbers that it names beside its operands. */
  call(name: FunctionName, ...operands: string[]): string {
    this.#functions.add(name)
    return `${name}(${[...operands, ...numbersGivenTo(name).map((number) => this.#given(number))].join()})`
  }

  /** A number. Infinities and NaN come as parameters, for GPU.js has no literals for them. */
  number(value: number): string {
    if (Number.isNaN(value)) return this.#given('notANumber')
    if (!Number.isFinite(value)) {
      const infinity = this.#given('infinity')
      return value > 0 ? infinity : `(0-${infinity})`
    }
    const single = Math.fround(value)
    return single < 0 ? `(0-${-single})` : String(Math.abs(single))
  }

  #given(name: GivenNumber): string {
    this.#numbers.set(name, name === 'infinity' ? Number.POSITIVE_INFINITY : Number.NaN)
    return name
  }

  /** The expression rounded to float32. */
  single(expression: string): string {
    return this.target.rounds ? `Math.fround(${expression})` : expression
  }

  /** The kernel, each thread giving these elements. */
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
