import type { Code } from '../assembler/encoding.ts'
import { f32x4, i32, i32x4, v128 } from '../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import { hasRelaxedSimd } from '../features.ts'
import { bytesPerElement, laneCount, loadLanes, storeLanes } from './lanes.ts'

/** a b + c for floats, fused where the engine can, or for integers. */
function multiplyAdd(a: Code, b: Code, c: Code, isFloat: boolean): Code {
  if (!isFloat) return i32x4.add(i32x4.mul(a, b), c)
  return hasRelaxedSimd ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c)
}

/**
 * A block of sums held in registers: the heart of every product. Each turn adds the outer product of a column (one
 * number a row, from anywhere) and a row of vectors:
 *
 *              ┌ b₀ b₁ b₂ b₃ │ b₄ b₅ b₆ b₇ ┐   loaded once a turn
 *     row 0  a₀│  accumulator │ accumulator │
 *     row 1  a₁│  accumulator │ accumulator │   6 rows × 2 vectors are 12 of the 16 vector registers
 *       …      │       …      │      …      │
 */
export class Tile {
  readonly #builder: FunctionBuilder
  readonly #columns: number
  readonly #isFloat: boolean
  readonly #accumulators: readonly (readonly Local[])[]
  readonly #row: readonly Local[]
  readonly #scalar: Local

  constructor(builder: FunctionBuilder, rows: number, columns: number, isFloat = true) {
    this.#builder = builder
    this.#columns = columns
    this.#isFloat = isFloat
    const vectors = Math.ceil(columns / laneCount)
    const locals = (count: number) => Array.from({ length: count }, () => builder.local('v128'))
    this.#accumulators = Array.from({ length: rows }, () => locals(vectors))
    this.#row = locals(vectors)
    this.#scalar = builder.local('v128')
  }

  clear(): void {
    for (const accumulator of this.#accumulators.flat()) this.#builder.emit(accumulator.set(v128.zero))
  }

  /** Adds the outer product of a column, row i at `column + columnOffset(i)`, and the contiguous row at `row`. */
  addProduct(column: Code, columnOffset: (row: number) => number, row: Code, rowOffset = 0): void {
    this.#row.forEach((vector, i) => {
      const offset = rowOffset + i * laneCount * bytesPerElement
      this.#builder.emit(vector.set(loadLanes(row, offset, bytesPerElement, this.#lanesOf(i))))
    })
    this.#accumulators.forEach((accumulators, i) => {
      this.#builder.emit(this.#scalar.set(v128.load32_splat(column, columnOffset(i))))
      accumulators.forEach((accumulator, j) => {
        this.#builder.emit(
          accumulator.set(multiplyAdd(this.#scalar.get, this.#row[j].get, accumulator.get, this.#isFloat)),
        )
      })
    })
  }

  /** Writes the rows to `pointer + rowOffset(i)`, or adds them to what is there. */
  store(pointer: Code, rowOffset: (row: number) => number, options: { add?: boolean } = {}): void {
    this.#accumulators.forEach((accumulators, i) => {
      accumulators.forEach((accumulator, j) => {
        const offset = rowOffset(i) + j * laneCount * bytesPerElement
        const lanes = this.#lanesOf(j)
        if (options.add) {
          const before = loadLanes(pointer, offset, bytesPerElement, lanes)
          this.#builder.emit(accumulator.set(f32x4.add(before, accumulator.get)))
        }
        this.#builder.emit(storeLanes(pointer, offset, bytesPerElement, lanes, accumulator.get))
      })
    })
  }

  #lanesOf(vector: number): number {
    return Math.min(laneCount, this.#columns - vector * laneCount)
  }
}

/** Rows of a tile of six by eight: all registers but those for the operands. */
export const tileRows = 6
export const tileColumns = 8

/**
 * Runs `body` for pieces of `length` of at most `most` each: a loop over full ones, then the rest. `body` gets the
 * byte offset of the piece, at `stride` bytes an element, and its length.
 */
export function inPieces(
  builder: FunctionBuilder,
  length: number,
  most: number,
  stride: number,
  body: (offset: Local, piece: number) => void,
): void {
  const whole = Math.floor(length / most)
  if (whole > 0) builder.loop(whole, most * stride, (offset) => body(offset, most))
  const rest = length % most
  if (rest > 0) {
    const offset = builder.local('i32')
    builder.emit(offset.set(i32.const(whole * most * stride)))
    body(offset, rest)
  }
}
