import type { Code } from '../../assembler/encoding.ts'
import { i32 } from '../../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../../assembler/module.ts'
import { bytesPerElement } from '../lanes.ts'
import { advance, at } from '../pointers.ts'
import type { PlaneGroup, Planes } from './planes.ts'
import type { Rows } from './products.ts'
import type { TilePointers } from './strips.ts'

/** Floats after each plane, so that planes a power of two apart do not compete for one set of the cache. */
export const planePadding = 16

/**
 * A block of transformed tiles in memory: in each plane, a row of numbers for every tile and copy. The copies of a tile lie
 * side by side: as blocks of their own they would lie a power of two apart, and compete for one set of the cache.
 *
 *     plane:  tile 0, copy 0 │ tile 0, copy 1 │ … │ tile 1, copy 0 │ …
 */
export class PlaneBlock {
  /** Size of the whole block in floats. */
  readonly floats: number
  readonly rowBytes: number
  readonly #planes: Planes
  readonly #tiles: number

  constructor(planes: Planes, tiles: number, rowFloats: number) {
    this.#planes = planes
    this.#tiles = tiles
    this.rowBytes = rowFloats * bytesPerElement
    const bytes = planes.groups.reduce((sum, group) => sum + group.planes * this.#planeBytes(group), 0)
    this.floats = bytes / bytesPerElement
  }

  /** Returns the number of rows in each plane of a group. */
  rowsOf({ copies }: PlaneGroup): number {
    return this.#tiles * copies
  }

  /** Returns the rows of a plane, counted from the first of its group, of the block at `start`. */
  plane(start: Code, group: PlaneGroup, plane: Local): Rows {
    const first = i32.add(start, i32.const(this.#offsetOf(group)))
    return { start: at(first, [plane, this.#planeBytes(group)]), rowBytes: this.rowBytes }
  }

  /** Returns the pointers to the tiles of a strip. The first of them is tile `first()` of the block at `start`. */
  pointers(builder: FunctionBuilder, start: Code, first: Local): TilePointers {
    const pointers = new Map(this.#planes.groups.map((group) => [group, builder.local('i32')]))
    return {
      moveTo: (tile) => {
        for (const [group, pointer] of pointers) {
          const tileBytes = group.copies * this.rowBytes
          const inGroup = i32.add(start, i32.const(this.#offsetOf(group)))
          builder.emit(pointer.set(at(inGroup, [first, tileBytes], [tile, tileBytes])))
        }
      },
      advance: (bytes) => {
        for (const pointer of pointers.values()) builder.emit(advance(pointer, bytes))
      },
      positionOf: (p, q) => {
        const { group, plane, copy } = this.#planes.positionOf(p, q)
        const inGroup = (plane - group.first) * this.#planeBytes(group)
        return { pointer: pointers.get(group)!, offset: inGroup + copy * this.rowBytes }
      },
    }
  }

  #planeBytes(group: PlaneGroup): number {
    return this.rowsOf(group) * this.rowBytes + planePadding * bytesPerElement
  }

  /** Returns the offset in bytes of the first plane of a group. */
  #offsetOf({ first }: PlaneGroup): number {
    const before = this.#planes.groups.filter((group) => group.first < first)
    return before.reduce((sum, group) => sum + group.planes * this.#planeBytes(group), 0)
  }
}

/**
 * Returns how many tiles a block should have, if there are enough: its planes then have 64 rows on average, which keeps the
 * block near the second-level cache, or 128 where reading the filters once for each block takes longer.
 */
export function suitableTiles({ count, products }: Planes, channels: number): number {
  const rows = channels <= 128 ? 64 : 128
  return (rows * count) / products ** 2
}
