import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TileGrid } from '../../engine/executors/wasm/kernels/winograd/tiles.ts'

describe('blocks of a grid of tiles', () => {
  const sizeArb = fc.integer({ min: 1, max: 30 })

  it('should divide the grid into strips that lie in one row of tiles each', () =>
    fc.assert(
      fc.property(
        sizeArb,
        sizeArb,
        sizeArb,
        fc.integer({ min: 1, max: 128 }),
        (count, rows, columns, wanted) => {
          const grid = new TileGrid({ outputTile: 4 }, [count, 8, 4 * rows, 4 * columns])
          const { tiles, strip } = grid.blocksOf(wanted)
          expect(grid.total % tiles).toBe(0)
          expect(tiles % strip).toBe(0)
          expect(columns % strip).toBe(0)
        },
      ),
    ))

  it.each([
    { shape: [64, 64, 32, 32], wanted: 64, block: { tiles: 64, strip: 8 } },
    { shape: [64, 256, 8, 8], wanted: 64, block: { tiles: 64, strip: 2 } },
    { shape: [64, 256, 14 * 4, 14 * 4], wanted: 64, block: { tiles: 56, strip: 14 } },
    { title: 'a prime number of images', shape: [67, 64, 4, 4], wanted: 64, block: { tiles: 67, strip: 1 } },
    {
      title: 'rows longer than a block',
      shape: [1, 8, 8, 1024],
      wanted: 64,
      block: { tiles: 64, strip: 64 },
    },
    { title: 'few tiles', shape: [1, 64, 8, 8], wanted: 1, block: { tiles: 1, strip: 1 } },
  ])('should be as large as wanted if possible: $shape', ({ shape, wanted, block }) => {
    expect(new TileGrid({ outputTile: 4 }, shape).blocksOf(wanted)).toEqual(block)
  })
})
