import type { View } from '../../../plan/view.ts'
import { i32 } from '../assembler/instructions.ts'
import type { Local } from '../assembler/module.ts'
import type { KernelStart } from './kernelCode.ts'
import { bytesPerElement, laneCount } from './lanes.ts'
import { at } from './pointers.ts'
import { inPieces, type Shape2d, type Tile } from './tile.ts'
import { bytesPerTotal, type Cut, clearTotals, cutOfProduct, moveIntoTotals, roundTotals } from './totals.ts'

/** Floats of one thread's scratch for the totals of a tile; 0 if sums through loops of these lengths are short. */
export function tileTotalsFloats(lengths: readonly number[], largest: Shape2d): number {
  if (cutOfProduct(lengths) === undefined) return 0
  return lanesOf(largest) * (1 + bytesPerTotal / bytesPerElement)
}

function lanesOf({ rows, columns }: Shape2d): number {
  return rows * laneCount * Math.ceil(columns / laneCount)
}

/**
 * The totals of a tile whose sums run through nested loops; short sums need none. Sums are added to totals by way of memory:
 * arithmetic on single registers would keep V8 from pairing the registers of the tile.
 */
export class TileTotals {
  readonly #kernel: KernelStart
  readonly #cut: Cut | undefined
  readonly #sums: Local
  readonly #totals: Local

  /** `scratch` has room for each thread; undefined for short sums. */
  constructor(kernel: KernelStart, scratch: View | undefined, lengths: readonly number[], largest: Shape2d) {
    const { builder, pointerTo, thread } = kernel
    this.#kernel = kernel
    this.#cut = cutOfProduct(lengths)
    this.#sums = builder.local('i32')
    this.#totals = builder.local('i32')
    if (scratch === undefined) return
    const threadBytes = tileTotalsFloats(lengths, largest) * bytesPerElement
    builder.emit(
      this.#totals.set(at(pointerTo(scratch).get, [thread, threadBytes])),
      this.#sums.set(i32.add(this.#totals.get, i32.const(lanesOf(largest) * bytesPerTotal))),
    )
  }

  begin(tile: Tile): void {
    tile.clear()
    if (this.#cut) this.#kernel.builder.emit(clearTotals(this.#totals.get, tile.lanes))
  }

  /** Emits the loop at this depth: whole, or block by block if it is the one that is cut. */
  inBlocks(tile: Tile, depth: number, length: number, iterations: (count: number) => void): void {
    if (this.#cut?.depth !== depth) {
      iterations(length)
      return
    }
    const { builder } = this.#kernel
    inPieces(builder, length, this.#cut.iterations, 1, (_, piece) => {
      iterations(piece)
      tile.put(this.#sums.get)
      moveIntoTotals(builder, this.#sums.get, this.#totals.get, tile.lanes)
      tile.clear()
    })
  }

  end(tile: Tile): void {
    if (this.#cut === undefined) return
    roundTotals(this.#kernel.builder, this.#totals.get, this.#sums.get, tile.lanes)
    tile.load(this.#sums.get)
  }
}
