import type { View } from '../../../../plan/view.ts'
import type { Code } from '../../assembler/encoding.ts'
import { i32 } from '../../assembler/instructions.ts'
import { bytesPerElement } from '../lanes.ts'
import { at } from '../pointers.ts'

/** The tiles that a unit of work transforms at once, in strips: tiles side by side in one row of tiles. */
export interface Block {
  readonly tiles: number
  /** The tiles of a strip: all of a row, or a divisor of them. */
  readonly strip: number
}

/** The tiles of m×m pixels that cover maps [N, C, H, W], numbered image by image and row by row. */
export class TileGrid {
  readonly total: number
  readonly #outputTile: number
  readonly #rows: number
  readonly #columns: number

  constructor({ outputTile }: { readonly outputTile: number }, [count, , height, width]: readonly number[]) {
    this.#outputTile = outputTile
    this.#rows = height / outputTile
    this.#columns = width / outputTile
    this.total = count * this.#rows * this.#columns
  }

  /**
   * Returns equal blocks of whole strips, whose number of tiles comes as close to `wanted` as possible, by ratio, and is at
   * most eight times as large.
   */
  blocksOf(wanted: number): Block {
    const columns = this.#columns
    const distance = (tiles: number) => Math.abs(Math.log(tiles / wanted))
    let tiles = 1
    for (let candidate = 2; candidate <= Math.min(this.total, 8 * wanted); candidate++) {
      const isWhole = candidate % columns === 0 || columns % candidate === 0
      if (isWhole && this.total % candidate === 0 && distance(candidate) < distance(tiles)) tiles = candidate
    }
    return { tiles, strip: Math.min(tiles, columns) }
  }

  /** Returns the number of the tile `count` after a tile, or that tile again if there are no more. */
  after(tile: Code, count: number): Code {
    const next = i32.add(tile, i32.const(count))
    return i32.sub(next, i32.mul(i32.eq(next, i32.const(this.total)), i32.const(count)))
  }

  /**
   * Returns the address of the first pixel of a tile, in maps of this grid or in padded maps. In maps of another size, tiles
   * are `step` pixels apart.
   */
  addressIn(view: View, pointer: Code, tile: Code, step = this.#outputTile): Code {
    const [image, , row, pixel] = view.strides.map((stride) => stride * bytesPerElement)
    const inImage = i32.rem_u(tile, i32.const(this.#rows * this.#columns))
    const [imageNumber, rowNumber, columnNumber] = [
      i32.div_u(tile, i32.const(this.#rows * this.#columns)),
      i32.div_u(inImage, i32.const(this.#columns)),
      i32.rem_u(inImage, i32.const(this.#columns)),
    ]
    return at(
      i32.add(pointer, i32.const(view.offset * bytesPerElement)),
      [{ get: imageNumber }, image],
      [{ get: rowNumber }, step * row],
      [{ get: columnNumber }, step * pixel],
    )
  }
}
