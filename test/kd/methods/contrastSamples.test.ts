import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ContrastSamples } from '../../../kd/methods/contrastSamples.ts'

/** Labels of a training set of at least two classes. */
const labelsArb = fc
  .array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 30 })
  .map((labels) => Int32Array.of(0, 1, ...labels))

const drawArb = fc.record({
  labels: labelsArb,
  negatives: fc.integer({ min: 1, max: 40 }),
  positive: fc.constantFrom('exact', 'relaxed'),
  seed: fc.nat(),
  epoch: fc.integer({ min: 1, max: 240 }),
})

describe('ContrastSamples', () => {
  it('should draw the positive of the same class, and negatives of others, distinct where there are enough', () => {
    fc.assert(
      fc.property(drawArb, ({ labels, negatives, positive, seed, epoch }) => {
        const samples = new ContrastSamples(labels, { negatives, positive }, seed)
        const indices = Int32Array.from(labels.keys())
        const rows = samples.draw(indices, epoch)
        for (const index of indices) {
          const [own, ...others] = rows.subarray(index * (negatives + 1), (index + 1) * (negatives + 1))
          if (positive === 'exact') expect(own).toBe(index)
          expect(labels[own]).toBe(labels[index])
          expect(others.filter((other) => labels[other] === labels[index])).toEqual([])
          const pool = labels.filter((label) => label !== labels[index]).length
          if (negatives <= pool) expect(new Set(others).size).toBe(negatives)
        }
      }),
    )
  })

  it('should give a sample the same in any batch, and others in another epoch or for another seed', () => {
    const labels = Int32Array.from({ length: 400 }, (_, i) => i % 4)
    const options = { negatives: 20, positive: 'exact' } as const
    const samples = new ContrastSamples(labels, options, 1)
    const alone = samples.draw(Int32Array.of(7), 3)
    expect(samples.draw(Int32Array.of(2, 7), 3).subarray(21)).toEqual(alone)
    expect(samples.draw(Int32Array.of(7), 4)).not.toEqual(alone)
    expect(new ContrastSamples(labels, options, 2).draw(Int32Array.of(7), 3)).not.toEqual(alone)
  })

  it('should draw all with about the same frequency', () => {
    const labels = Int32Array.from({ length: 8 }, (_, i) => Number(i > 3))
    const samples = new ContrastSamples(labels, { negatives: 1, positive: 'exact' }, 1)
    const counts = new Map<number, number>()
    for (let epoch = 1; epoch <= 4000; epoch++) {
      const [, negative] = samples.draw(Int32Array.of(0), epoch)
      counts.set(negative, (counts.get(negative) ?? 0) + 1)
    }
    // Four standard deviations of 4,000 draws out of four are 110.
    for (const negative of [4, 5, 6, 7]) expect(Math.abs(counts.get(negative)! - 1000)).toBeLessThan(110)
  })
})
