import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ratioOf, type Standing } from '../../bench/contest.ts'

/** Speed and disturbance of a turn of both contestants, by round. */
const rounds = fc.array(
  fc.record({
    ours: fc.double({ min: 1, max: 1e4, noNaN: true }),
    theirs: fc.double({ min: 1, max: 1e4, noNaN: true }),
    disturbance: fc.double({ min: 0, max: 2, noNaN: true }),
    whoIsDisturbed: fc.constantFrom('ours', 'theirs'),
  }),
  { minLength: 1, maxLength: 9 },
)

function standing(turns: Standing['turns']): Standing {
  return { turns, imagesPerSecond: 1, peakMebibytes: 1, versions: {}, threads: 1 }
}

describe('the ratio of a contest', () => {
  it('should leave out disturbed rounds unless there are no others, and say how many were quiet', () => {
    fc.assert(
      fc.property(rounds, (all) => {
        const [ours, theirs] = (['ours', 'theirs'] as const).map((who) =>
          standing(
            all.map(({ disturbance, whoIsDisturbed, ...speeds }) => ({
              imagesPerSecond: speeds[who],
              disturbance: whoIsDisturbed === who ? disturbance : 0,
            })),
          ),
        )
        const quiet = all.filter(({ disturbance }) => disturbance < 0.1)
        const ratios = (quiet.length > 0 ? quiet : all).map(({ ours, theirs }) => ours / theirs)
        const { minimum, maximum, rounds } = ratioOf(ours, theirs)
        expect(rounds).toBe(`${quiet.length} of ${all.length}`)
        expect([minimum, maximum]).toEqual([Math.min(...ratios), Math.max(...ratios)])
      }),
    )
  })
})
