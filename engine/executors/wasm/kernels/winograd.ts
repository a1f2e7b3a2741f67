import type { Code } from '../assembler/encoding.ts'
import { f32, f32x4, v128 } from '../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import { bytesPerElement, laneCount } from './lanes.ts'

/**
 * Winograd's minimal filtering F(4×4, 3×3) (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016):
 * a 4×4 piece y of the output from a 6×6 piece d of the input and a 3×3 filter g with 36 multiplications in place of
 * 144:  y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A,  the interpolation points being 0, ±1, ±2 and ∞.
 */
export type Matrix = readonly (readonly number[])[]

/** Pixels of the output that one tile covers along an axis, and of the input that it looks at. */
export const outputTile = 4
export const inputTile = 6

/** The numbers of a transformed tile: as many matrix products replace a convolution. */
export const planes = inputTile * inputTile

/** Bᵀ */
export const inputTransform: Matrix = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
]

/** G */
export const filterTransform: Matrix = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
]

/** Aᵀ */
export const outputTransform: Matrix = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, -1, 2, -2, 0],
  [0, 1, 1, 4, 4, 0],
  [0, 1, -1, 8, -8, 1],
]

export function transposed(matrix: Matrix): Matrix {
  return matrix[0].map((_, column) => matrix.map((row) => row[column]))
}

/** Numbers that go through a transform side by side: two vectors, which V8 may make one. */
export const transformLanes = 2 * laneCount

/** Bytes that a transform needs to keep its half-way results. */
export const transformScratchBytes = inputTile * inputTile * transformLanes * bytesPerElement

type Load = (row: number, column: number, half: number) => Code
type Store = (row: number, column: number, half: number, value: Code) => Code

/** Writes M X Mᵀ, for eight matrices X side by side: first all columns, then all rows of what they gave. */
export class Transform {
  readonly #builder: FunctionBuilder
  readonly #matrix: Matrix
  readonly #multiplyAdd: (a: Code, b: Code, c: Code) => Code
  readonly #inputs: readonly (readonly Local[])[]
  readonly #outputs: readonly (readonly Local[])[]
  readonly #constants = new Map<number, Local>()

  constructor(builder: FunctionBuilder, matrix: Matrix, relaxedSimd: boolean) {
    this.#builder = builder
    this.#matrix = matrix
    this.#multiplyAdd = relaxedSimd ? f32x4.relaxed_madd : (a, b, c) => f32x4.add(f32x4.mul(a, b), c)
    const pairs = (count: number) =>
      Array.from({ length: count }, () => [0, 1].map(() => builder.local('v128')))
    this.#inputs = pairs(matrix[0].length)
    this.#outputs = pairs(matrix.length)
    for (const factor of new Set(matrix.flat().filter((factor) => Math.abs(factor) !== 1 && factor !== 0))) {
      const constant = builder.local('v128')
      builder.emit(constant.set(f32x4.splat(f32.const(factor))))
      this.#constants.set(factor, constant)
    }
  }

  emit(load: Load, store: Store, scratch: Local): void {
    const [rows, columns] = [this.#matrix.length, this.#matrix[0].length]
    const place = (row: number, column: number, half: number) =>
      ((row * columns + column) * transformLanes + half * laneCount) * bytesPerElement
    for (let column = 0; column < columns; column++) {
      this.#apply(
        (i, half) => load(i, column, half),
        (i, half, value) => v128.store(scratch.get, value, place(i, column, half)),
      )
    }
    for (let row = 0; row < rows; row++) {
      this.#apply(
        (i, half) => v128.load(scratch.get, place(row, i, half)),
        (i, half, value) => store(row, i, half, value),
      )
    }
  }

  /** The product with one vector. Both halves of a pair stand side by side, so that V8 finds them. */
  #apply(
    load: (i: number, half: number) => Code,
    store: (i: number, half: number, value: Code) => Code,
  ): void {
    const emitBoth = (code: (half: number) => Code) => this.#builder.emit(code(0), code(1))
    this.#inputs.forEach((input, i) => {
      emitBoth((half) => input[half].set(load(i, half)))
    })
    this.#outputs.forEach((output, i) => {
      emitBoth((half) => output[half].set(this.#sum(this.#matrix[i], half)))
    })
    this.#outputs.forEach((output, i) => {
      emitBoth((half) => store(i, half, output[half].get))
    })
  }

  /** Σ factor · input; a first factor of 1, if there is one, saves a multiplication. */
  #sum(factors: readonly number[], half: number): Code {
    const terms = factors.flatMap((factor, i) =>
      factor === 0 ? [] : [{ factor, input: this.#inputs[i][half].get }],
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
