import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradientCheck, tensor } from '../../../engine/index.ts'
import { averageTo, nearestTo, stagesFromFirst, stagesFromLast } from '../../../kd/maps.ts'
import { expectClose, read } from '../numbers.ts'
import { noise } from './fixedNetwork.ts'
import { averaged, mean, nested, range } from './plain.ts'

const lengthArb = fc.integer({ min: 1, max: 7 })

describe('averageTo', () => {
  it('should average blocks where sizes divide', async () => {
    const maps = noise([2, 3, 8, 8], 1)
    const plain = (await nested<number[][][][]>(maps)).flatMap((image) =>
      image.flatMap((map) => averaged(map, 4).flat()),
    )
    expectClose(await read(averageTo(maps, [4, 4])), plain)
  })

  it('should average, at any size, what PyTorch would', () =>
    fc.assert(
      fc.asyncProperty(
        lengthArb,
        lengthArb,
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 9 }),
        async (height, width, row) => {
          const maps = tensor(row, { dtype: 'float64', shape: [1, 1, 1, row.length] })
          const cells = range(width).map((j) =>
            mean(row.slice(Math.floor((j * row.length) / width), Math.ceil(((j + 1) * row.length) / width))),
          )
          expectClose(
            await read(averageTo(maps, [height, width])),
            range(height).flatMap(() => cells),
          )
        },
      ),
    ))

  it('should keep the mean where sizes divide, and a map of its own size', async () => {
    const maps = noise([1, 1, 6, 6], 2)
    expectClose([mean(await read(averageTo(maps, [2, 3])))], [mean(await read(maps))])
    expect(await read(averageTo(maps, [6, 6]))).toEqual(await read(maps))
  })

  it('should have the gradient of its differences', () =>
    expect(gradientCheck((maps) => averageTo(maps, [2, 3]), [noise([2, 2, 5, 4], 3)])).resolves.toBeLessThan(
      1e-6,
    ))
})

describe('nearestTo', () => {
  it('should repeat pixels, and leave out those between', async () => {
    const maps = tensor(
      [
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
      ],
      { dtype: 'float64' },
    )
    const doubled = nearestTo(maps, [4, 4])
    expect(await read(doubled)).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4])
    expect(await read(nearestTo(doubled, [2, 2]))).toEqual([1, 2, 3, 4])
  })
})

describe('stages', () => {
  it('should meet from the first or from the last, without the stem', () => {
    expect(stagesFromFirst(['stem', 1, 2, 3], ['stem', 'a', 'b'])).toEqual([
      [1, 'a'],
      [2, 'b'],
    ])
    expect(stagesFromLast(['stem', 1, 2, 3], ['stem', 'a', 'b'])).toEqual([
      [2, 'a'],
      [3, 'b'],
    ])
    expect(stagesFromLast(['stem', 1], ['stem', 'a', 'b'])).toEqual([[1, 'b']])
  })
})
