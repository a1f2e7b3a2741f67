import type { View } from '../../../../plan/view.ts'
import type { Code } from '../../assembler/encoding.ts'
import { i32 } from '../../assembler/instructions.ts'
import { bytesPerElement } from '../lanes.ts'
import { at } from '../pointers.ts'
import type { MinimalFiltering } from './winograd.ts'

/** Floats after each plane, so that planes a power of two apart do not compete for one set of the cache. */
export const planePadding = 16

/**
 * Returns the tiles of the output in one block: about as many as keep the transformed maps in the second-level cache, and
 * few enough that every thread gets a block.
 */
export function tilesInBlock(total: number, channels: number, threads = 1): number {
  const most = channels <= 64 ? 64 : 128
  let tiles = Math.min(Math.ceil(total / threads), most)
  while (total % tiles !== 0) tiles--
  return tiles
}

/** The tiles of m×m pixels that cover maps [N, C, H, W], numbered image by image and row by row. */
export class TileGrid {
  readonly total: number
  readonly #outputTile: number
  readonly #rows: number
  readonly #columns: number

  constructor({ outputTile }: MinimalFiltering, [count, , height, width]: readonly number[]) {
    this.#outputTile = outputTile
    this.#rows = height / outputTile
    this.#columns = width / outputTile
    this.total = count * this.#rows * this.#columns
  }

  /** Returns the address of the first pixel of a tile, in maps of this grid or in padded maps. */
  addressIn(view: View, pointer: Code, tile: Code): Code {
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
      [{ get: rowNumber }, this.#outputTile * row],
      [{ get: columnNumber }, this.#outputTile * pixel],
    )
  }
}
