import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cosine, multiStep } from '../../nn/index.ts'

describe('multiStep', () => {
  it('is the recipe of CIFAR-100: a tenth from epochs 151, 181 and 211 on', () => {
    const schedule = multiStep(0.05, [150, 180, 210])
    const rates = [1, 150, 151, 180, 181, 210, 211, 240].map(schedule)
    const expected = [0.05, 0.05, 0.005, 0.005, 0.0005, 0.0005, 0.00005, 0.00005]
    for (const [i, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[i], 12)
  })

  it('does not depend on the order of the milestones', () => {
    expect(multiStep(1, [30, 10], 0.5)(20)).toBe(0.5)
  })
})

describe('cosine', () => {
  it('starts at lr, is half way in the middle, and never rises', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (epochs, least) => {
          const schedule = cosine(2, epochs, least)
          const rates = Array.from({ length: epochs + 1 }, (_, i) => schedule(i + 1))
          expect(rates[0]).toBeCloseTo(2, 12)
          expect(rates.at(-1)).toBeCloseTo(least, 12)
          expect(schedule(1 + epochs / 2)).toBeCloseTo((2 + least) / 2, 12)
          for (let i = 1; i < rates.length; i++) expect(rates[i]).toBeLessThanOrEqual(rates[i - 1])
        },
      ),
    )
  })

  it('refuses a run of no epochs', () => {
    expect(() => cosine(1, 0)).toThrow('cosine: expected epochs to be a finite number > 0, got 0')
  })
})
