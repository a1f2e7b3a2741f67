import type { ShaderWriter } from './shader.ts'

/**
 * The part of the result that a thread computes in registers: a few lanes (rows of a product, or pixels) by four columns (or
 * channels). A step adds the products of up to four terms of each sum:
 *
 *                               right[0]   ▭▭▭▭
 *                               right[1]   ▭▭▭▭    terms by columns
 *                               right[2]   ▭▭▭▭
 *                               right[3]   ▭▭▭▭
 *
 *            left of lane 0  ▭▭▭▭   sums[0]   ▭▭▭▭
 *            left of lane 1  ▭▭▭▭   sums[1]   ▭▭▭▭
 *              …                      …
 *
 * With eight lanes, a step reads 48 floats for 128 multiplications; with one, it would read 20 for 16.
 */
export class Tile {
  readonly #writer: ShaderWriter
  readonly #sums: readonly string[]

  constructor(writer: ShaderWriter, lanes: number) {
    this.#writer = writer
    this.#sums = Array.from({ length: lanes }, () => writer.name('s'))
    for (const sum of this.#sums) writer.write(`var ${sum} = vec4f();`)
  }

  /** sums[lane] += Σ left[term] · right[term], of floats and vectors. */
  addProducts(lane: number, left: readonly string[], right: readonly string[]): void {
    const products = left.map((factor, term) => `${factor}*${right[term]}`)
    this.#writer.write(`${this.#sums[lane]} += ${products.join(' + ')};`)
  }

  /**
   * Adds the terms of a loop in pieces, each with sums of its own: float32 rounds every addition, and long chains drift.
   * The body adds `size` terms from `first` on.
   */
  addPieces(length: number, size: number, body: (piece: Tile, first: string, size: number) => void): void {
    this.#writer.pieces(length, size, (first, size) => {
      const piece = new Tile(this.#writer, this.#sums.length)
      body(piece, first, size)
      this.#sums.forEach((sum, lane) => {
        this.#writer.write(`${sum} += ${piece.#sums[lane]};`)
      })
    })
  }

  /** Stores the lanes at these coordinates of the result, under these conditions, and their columns up to `end`. */
  store(
    place: (lane: number) => { coordinates: readonly string[]; conditions: readonly string[] },
    end?: string,
  ): void {
    this.#sums.forEach((sum, lane) => {
      const { coordinates, conditions } = place(lane)
      this.#writer.when(conditions, () => this.#writer.store(coordinates, sum, end))
    })
  }
}

/** The terms of a sum that are added up before they are added to the total. */
export const termsOfPiece = 64

/** Returns the number of lanes along an axis, of these: the one with which threads read the least in all. */
export function lanesAlong(length: number, choices: readonly number[] = [8, 4, 2, 1]): number {
  const vectorsRead = (lanes: number) => Math.ceil(length / lanes) * (lanes + 4)
  return choices.reduce((best, lanes) => (vectorsRead(lanes) < vectorsRead(best) ? lanes : best))
}
