import type { Code } from '../../assembler/encoding.ts'
import { f32, f32x4, v128 } from '../../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../../assembler/module.ts'
import { bytesPerElement, laneCount } from '../lanes.ts'
import { multiplyAdd } from '../tile.ts'
import { factored } from './factors.ts'
import type { Matrix } from './winograd.ts'

/** Numbers transformed at once: two adjacent vectors, which V8 may merge into one of 256 bits. */
export const transformLanes = 2 * laneCount

/** Floats of scratch for the intermediate results of `Transform.emit`. */
export function transformScratchFloats(matrix: Matrix): number {
  return matrix.length * matrix[0].length * transformLanes
}

/** Two registers for neighbouring vectors. */
type Pair = readonly [Local, Local]

type Load = (row: number, column: number, half: number) => Code

/** Emits the use of one element of the results: a vector for each half. */
type Write = (row: number, column: number, result: (half: number) => Code) => void

/** Emits the stores of two vectors side by side. */
export function storeBoth(
  builder: FunctionBuilder,
  pointer: Local,
  offset: number,
  result: (half: number) => Code,
): void {
  const store = (half: number) =>
    v128.store(pointer.get, result(half), offset + half * laneCount * bytesPerElement)
  builder.emit(store(0), store(1))
}

/**
 * Emits products with a matrix M, for eight vectors or matrices at once. All registers come in pairs of neighbouring vectors
 * whose operations are adjacent, so that V8's revectorizer merges them.
 */
export class Transform {
  readonly #builder: FunctionBuilder
  readonly #multiplyAdd: (a: Code, b: Code, c: Code) => Code
  readonly #factors: readonly Matrix[]
  /** The registers of the input, and of the product with each factor. */
  readonly #registers: readonly (readonly Pair[])[]
  readonly #constants = new Map<number, Local>()
  /** Rows and columns of M. */
  readonly rows: number
  readonly columns: number

  constructor(builder: FunctionBuilder, matrix: Matrix, relaxedSimd: boolean) {
    this.#builder = builder
    this.#multiplyAdd = multiplyAdd(relaxedSimd)
    this.#factors = factored(matrix)
    this.rows = matrix.length
    this.columns = matrix[0].length
    const pairs = (count: number): Pair[] =>
      Array.from({ length: count }, () => [builder.local('v128'), builder.local('v128')])
    this.#registers = [this.columns, ...this.#factors.map((factor) => factor.length)].map(pairs)
    for (const number of new Set(this.#factors.flat(2))) {
      if (Math.abs(number) === 1 || number === 0) continue
      const constant = builder.local('v128')
      builder.emit(constant.set(f32x4.splat(f32.const(number))))
      this.#constants.set(number, constant)
    }
  }

  /** Emits M x. */
  apply(
    load: (i: number, half: number) => Code,
    write: (i: number, result: (half: number) => Code) => void,
  ): void {
    const emitBoth = (code: (half: number) => Code) => this.#builder.emit(code(0), code(1))
    this.#registers[0].forEach((input, i) => {
      emitBoth((half) => input[half].set(load(i, half)))
    })
    this.#factors.forEach((factor, step) => {
      factor.forEach((row, i) => {
        emitBoth((half) =>
          this.#registers[step + 1][i][half].set(this.#sum(row, this.#registers[step], half)),
        )
      })
    })
    this.#registers.at(-1)!.forEach((output, i) => {
      write(i, (half) => output[half].get)
    })
  }

  /** Emits M X Mᵀ: M times each column, then each row times Mᵀ. */
  emit(load: Load, write: Write, scratch: Local): void {
    const offsetOf = (row: number, column: number) =>
      (row * this.columns + column) * transformLanes * bytesPerElement
    const halfBytes = laneCount * bytesPerElement
    for (let column = 0; column < this.columns; column++) {
      this.apply(
        (i, half) => load(i, column, half),
        (i, result) => storeBoth(this.#builder, scratch, offsetOf(i, column), result),
      )
    }
    for (let row = 0; row < this.rows; row++) {
      this.apply(
        (i, half) => v128.load(scratch.get, offsetOf(row, i) + half * halfBytes),
        (i, result) => write(row, i, result),
      )
    }
  }

  /** Σ factor · input, starting with a factor of 1 if there is one, which saves a multiplication. */
  #sum(factors: readonly number[], inputs: readonly Pair[], half: number): Code {
    const terms = factors.flatMap((factor, i) =>
      factor === 0 ? [] : [{ factor, input: inputs[i][half].get }],
    )
    terms.sort((a, b) => Number(b.factor === 1) - Number(a.factor === 1))
    const [first, ...others] = terms
    const start = first.factor === 1 ? first.input : f32x4.mul(this.#constant(first.factor), first.input)
    return others.reduce((sum, { factor, input }) => {
      if (factor === 1) return f32x4.add(sum, input)
      return factor === -1 ? f32x4.sub(sum, input) : this.#multiplyAdd(this.#constant(factor), input, sum)
    }, start)
  }

  #constant(factor: number): Code {
    return this.#constants.get(factor)?.get ?? f32x4.splat(f32.const(factor))
  }
}
