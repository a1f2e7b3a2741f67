import type { View } from '../../../plan/view.ts'
import type { Code } from '../assembler/encoding.ts'
import { control, f32x4, i32, i32x4, v128 } from '../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import type { EpilogueWriter } from './epilogue.ts'
import { bytesPerElement, laneCount, loadLanes, storeLanes } from './lanes.ts'

/** Rows and columns. */
export interface Shape2d {
  readonly rows: number
  readonly columns: number
}

export interface TileOptions {
  /** Integers multiply and add as integers. Default true. */
  readonly isFloat?: boolean
  /** Whether a·b + c is one instruction. */
  readonly relaxedSimd: boolean
}

/**
 * A block of sums held in registers, the core of every product. Each iteration adds the outer product of a column (one
 * number for each row, at any address) and a row of vectors:
 *
 *              ┌ b₀ b₁ b₂ b₃ │ b₄ b₅ b₆ b₇ │ …    loaded once per iteration
 *     row 0  a₀│  accumulator │ accumulator │ …
 *     row 1  a₁│  accumulator │ accumulator │ …    6 × 8 numbers are 12 of the 16 vector registers of 128 bits,
 *       …      │       …      │      …      │      6 × 16 are 12 of those of 256 bits
 *
 * V8's revectorizer merges the operations on two neighbouring accumulators into one of 256 bits: their loads and stores are
 * adjacent, and both multiply the same splatted number.
 */
export class Tile {
  readonly #builder: FunctionBuilder
  readonly #columns: number
  readonly #multiplyAdd: (a: Code, b: Code, c: Code) => Code
  readonly #accumulators: readonly (readonly Local[])[]
  readonly #row: readonly Local[]
  readonly #scalar: Local

  constructor(
    builder: FunctionBuilder,
    { rows, columns }: Shape2d,
    { isFloat = true, relaxedSimd }: TileOptions,
  ) {
    this.#builder = builder
    this.#columns = columns
    this.#multiplyAdd = isFloat ? multiplyAdd(relaxedSimd) : (a, b, c) => i32x4.add(i32x4.mul(a, b), c)
    const vectors = Math.ceil(columns / laneCount)
    const locals = (count: number) => Array.from({ length: count }, () => builder.local('v128'))
    this.#accumulators = Array.from({ length: rows }, () => locals(vectors))
    this.#row = locals(vectors)
    this.#scalar = builder.local('v128')
  }

  clear(): void {
    for (const accumulator of this.#accumulators.flat()) this.#builder.emit(accumulator.set(v128.zero))
  }

  /** Adds the outer product of a column, element i at `column + columnOffset(i)`, and the contiguous row at `row`. */
  addProduct(column: Code, columnOffset: (row: number) => number, row: Code, rowOffset = 0): void {
    this.#row.forEach((vector, i) => {
      const offset = rowOffset + i * laneCount * bytesPerElement
      this.#builder.emit(vector.set(loadLanes(row, offset, bytesPerElement, this.#lanesOf(i))))
    })
    this.#accumulators.forEach((accumulators, i) => {
      this.#builder.emit(this.#scalar.set(v128.load32_splat(column, columnOffset(i))))
      accumulators.forEach((accumulator, j) => {
        this.#builder.emit(
          accumulator.set(this.#multiplyAdd(this.#scalar.get, this.#row[j].get, accumulator.get)),
        )
      })
    })
  }

  /** Stores row i at `pointer + rowOffset(i)`, or adds it to the numbers there. */
  store(pointer: Code, rowOffset: (row: number) => number, options: { add?: boolean } = {}): void {
    this.#accumulators.forEach((accumulators, i) => {
      const offsetOf = (j: number) => rowOffset(i) + j * laneCount * bytesPerElement
      if (options.add) {
        accumulators.forEach((accumulator, j) => {
          const before = loadLanes(pointer, offsetOf(j), bytesPerElement, this.#lanesOf(j))
          this.#builder.emit(accumulator.set(f32x4.add(before, accumulator.get)))
        })
      }
      accumulators.forEach((accumulator, j) => {
        this.#builder.emit(
          storeLanes(pointer, offsetOf(j), bytesPerElement, this.#lanesOf(j), accumulator.get),
        )
      })
    })
  }

  /** Loads all accumulators from contiguous full vectors at `pointer`, as `put` stored them. */
  load(pointer: Code): void {
    this.#accumulators.flat().forEach((accumulator, i) => {
      this.#builder.emit(accumulator.set(v128.load(pointer, i * laneCount * bytesPerElement)))
    })
  }

  /** Stores all accumulators as contiguous full vectors at `pointer`. */
  put(pointer: Code): void {
    this.#accumulators.flat().forEach((accumulator, i) => {
      this.#builder.emit(v128.store(pointer, accumulator.get, i * laneCount * bytesPerElement))
    })
  }

  /** The number of lanes that `load` and `put` move. */
  get lanes(): number {
    return this.#accumulators.flat().length * laneCount
  }

  /** Runs the epilogue on all rows. In an operand, row i is `rowOffset(view, i)` bytes from the start of the tile. */
  finish(epilogue: EpilogueWriter, rowOffset: (view: View, row: number) => number): void {
    const step = 2 * laneCount
    this.#accumulators.forEach((accumulators, row) => {
      for (let first = 0; first < this.#columns; first += step) {
        epilogue.write(
          (half) => accumulators[first / laneCount + half].get,
          Math.min(step, this.#columns - first),
          (view) => rowOffset(view, row),
          first,
        )
      }
    })
  }

  #lanesOf(vector: number): number {
    return Math.min(laneCount, this.#columns - vector * laneCount)
  }
}

/** a·b + c for floats, in one instruction if there is one. */
export function multiplyAdd(relaxedSimd: boolean): (a: Code, b: Code, c: Code) => Code {
  return relaxedSimd ? f32x4.relaxed_madd : (a, b, c) => f32x4.add(f32x4.mul(a, b), c)
}

/**
 * Emits `body` for pieces of at most `most` elements of `length`: a loop over full pieces, then the remainder. `body` gets
 * the offset of the piece, at `stride` bytes per element, and its length.
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

/** Emits `body` for one of the pieces that `inPieces` makes: `piece` is its number, at run time. */
export function onPiece(
  builder: FunctionBuilder,
  piece: Local,
  length: number,
  most: number,
  body: (length: number) => void,
): void {
  const [whole, rest] = [Math.floor(length / most), length % most]
  if (rest === 0) body(most)
  else if (whole === 0) body(rest)
  else {
    const full = builder.block(() => body(most))
    const last = builder.block(() => body(rest))
    builder.emit(control.if(i32.lt_u(piece.get, i32.const(whole)), full, last))
  }
}

/**
 * Like `inPieces`, for the fewest pieces of equal length, or of two lengths that differ by one: 16 in pieces of at most 6 is
 * 6 + 5 + 5. A tile of five rows is nearly as fast per row as one of six, but a remainder of one or two rows is far slower.
 */
export function inEvenPieces(
  builder: FunctionBuilder,
  length: number,
  most: number,
  stride: number,
  body: (offset: Local, piece: number) => void,
): void {
  const pieces = Math.ceil(length / most)
  const shorter = Math.floor(length / pieces)
  const longerPieces = length % pieces
  const lengthOfLonger = longerPieces * (shorter + 1)
  if (longerPieces > 0) {
    builder.loop(longerPieces, (shorter + 1) * stride, (offset) => body(offset, shorter + 1))
  }
  const offset = builder.local('i32')
  builder.loop(pieces - longerPieces, shorter * stride, (past) => {
    builder.emit(offset.set(i32.add(past.get, i32.const(lengthOfLonger * stride))))
    body(offset, shorter)
  })
}

/** Emits `body` for one of the equal pieces of `length`, or of two lengths that differ by one: `piece` is its number, at run time. */
export function onEvenPiece(
  builder: FunctionBuilder,
  piece: Local,
  length: number,
  pieces: number,
  body: (length: number) => void,
): void {
  const shorter = Math.floor(length / pieces)
  const longerPieces = length % pieces
  const short = builder.block(() => body(shorter))
  if (longerPieces === 0) builder.emit(short)
  else {
    const long = builder.block(() => body(shorter + 1))
    builder.emit(control.if(i32.lt_u(piece.get, i32.const(longerPieces)), long, short))
  }
}

/** Returns the number of the first element of such a piece. */
export function firstOfEvenPiece(piece: Local, length: number, pieces: number): Code {
  const longerPieces = i32.const(length % pieces)
  const short = i32.mul(piece.get, i32.const(Math.floor(length / pieces)))
  const before = i32.sub(piece.get, longerPieces)
  const isLonger = i32.lt_u(piece.get, longerPieces)
  return i32.add(short, i32.add(longerPieces, i32.mul(isLonger, before)))
}

/**
 * Emits `body` in a loop of `count` iterations, unrolled by 4 or 2 if that divides `count`. `body` gets the index of the
 * iteration within the unrolled ones, and their number.
 */
export function unrolled(
  builder: FunctionBuilder,
  count: number,
  body: (iteration: number, iterations: number) => void,
): void {
  const iterations = [4, 2, 1].find((unroll) => count % unroll === 0)!
  builder.loop(count / iterations, 1, () => {
    for (let iteration = 0; iteration < iterations; iteration++) body(iteration, iterations)
  })
}
