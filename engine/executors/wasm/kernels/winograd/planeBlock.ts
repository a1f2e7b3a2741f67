import type { Code } from '../../assembler/encoding.ts'
import type { FunctionBuilder, Local } from '../../assembler/module.ts'
import { bytesPerElement } from '../lanes.ts'
import { advance, at } from '../pointers.ts'
import type { TilePointers } from './strips.ts'
import type { MinimalFiltering } from './winograd.ts'

/** Floats after each plane, so that planes a power of two apart do not compete for one set of the cache. */
export const planePadding = 16

/** A block of transformed tiles in memory: in each plane, a row of numbers for every tile. */
export class PlaneBlock {
  /** Size of the whole block in floats. */
  readonly floats: number
  readonly rowBytes: number
  readonly planeBytes: number
  readonly #planesAlongAxis: number

  constructor({ planes, inputTile }: MinimalFiltering, tiles: number, rowFloats: number) {
    const planeFloats = tiles * rowFloats + planePadding
    this.#planesAlongAxis = inputTile
    this.floats = planes * planeFloats
    this.rowBytes = rowFloats * bytesPerElement
    this.planeBytes = planeFloats * bytesPerElement
  }

  /** Returns the pointers to the tiles of a strip. The first of them is tile `first()` of the block at `start`. */
  pointers(builder: FunctionBuilder, start: Code, first: Local): TilePointers {
    const pointer = builder.local('i32')
    return {
      moveTo: (tile) => builder.emit(pointer.set(at(start, [first, this.rowBytes], [tile, this.rowBytes]))),
      advance: (bytes) => builder.emit(advance(pointer, bytes)),
      placeOf: (p, q) => ({ pointer, offset: (p * this.#planesAlongAxis + q) * this.planeBytes }),
    }
  }
}
