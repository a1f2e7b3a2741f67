import { describe, expect, it } from 'vitest'
import { tensor } from '../../../engine/index.ts'
import { nearestTo, stagesFromFirst, stagesFromLast } from '../../../kd/maps.ts'
import { read } from '../numbers.ts'

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
