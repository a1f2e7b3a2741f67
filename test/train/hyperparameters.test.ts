import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distillerNames } from '../../kd/index.ts'
import { distillerFor, resolveHyperparameters, scheduleOf } from '../../train/index.ts'

describe('resolveHyperparameters', () => {
  it('should be the published recipe where nothing is given', () => {
    expect(resolveHyperparameters()).toEqual({
      epochs: 240,
      batchSize: 64,
      lr: 0.05,
      dot: 0,
      momentum: 0.9,
      weightDecay: 5e-4,
      milestones: [150, 180, 210],
      lrDecay: 0.1,
    })
  })

  it('should take what is given, undefined being not given', () => {
    const hyperparameters = resolveHyperparameters({
      epochs: 24,
      milestones: [3],
      lr: undefined,
      lrDecay: 0.5,
    })
    expect(hyperparameters).toMatchObject({ epochs: 24, milestones: [3], lr: 0.05, lrDecay: 0.5 })
    expect([3, 4].map(scheduleOf(hyperparameters))).toEqual([0.05, 0.025])
  })

  it('should have dropLast where it is true and nowhere else, so that recipes without it stay the runs they are', () => {
    expect(resolveHyperparameters({ dropLast: true }).dropLast).toBe(true)
    expect(Object.keys(resolveHyperparameters({ dropLast: false }))).toEqual(
      Object.keys(resolveHyperparameters()),
    )
  })

  it('should keep the order of the milestones, and keep them within the epochs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (epochs) => {
        const { milestones } = resolveHyperparameters({ epochs })
        expect(milestones).toEqual(milestones.toSorted((a, b) => a - b))
        expect(Math.min(...milestones)).toBeGreaterThanOrEqual(0)
        expect(Math.max(...milestones)).toBeLessThanOrEqual(epochs)
      }),
    )
  })

  it('should begin at the given rate, never raise it and divide it by 1000 in all', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 400 }),
        fc.double({ min: 1e-4, max: 1, noNaN: true }),
        (epochs, lr) => {
          const rateOf = scheduleOf(resolveHyperparameters({ epochs, lr }))
          const rates = Array.from({ length: epochs }, (_, i) => rateOf(i + 1))
          expect(rates[0]).toBe(lr)
          expect(rates).toEqual(rates.toSorted((a, b) => b - a))
          expect(rates.at(-1)! / lr).toBeCloseTo(1e-3, 9)
        },
      ),
    )
  })

  it.each([
    [{ epochs: 0 }, 'hyperparameters: expected epochs to be an integer ≥ 1, at most 2³², got 0'],
    [{ batchSize: 1.5 }, 'hyperparameters: expected batchSize to be an integer ≥ 1, at most 2³², got 1.5'],
    [{ lr: Number.NaN }, 'hyperparameters: expected lr to be a finite number ≥ 0, got NaN'],
    [{ dropLast: 'no' as never }, "hyperparameters: expected dropLast to be true or false, got 'no'"],
    [{ dot: 1 }, 'hyperparameters: expected dot to be a number from 0 to 0.9, the momentum, got 1'],
  ])('should refuse %j', (given, message) => {
    expect(() => resolveHyperparameters(given)).toThrow(message)
  })
})

describe('distillerFor', () => {
  it('should keep the length of the warm-up, and the share of what is a part of the training', () => {
    expect(distillerFor('dtkd', resolveHyperparameters()).options.warmUp).toBe(20)
    expect(distillerFor('dtkd', resolveHyperparameters({ epochs: 60 })).options.warmUp).toBe(20)
    expect(distillerFor('kd', resolveHyperparameters({ epochs: 60 })).options.warmUp).toBe(0)
    expect(distillerFor('ctkd', resolveHyperparameters({ epochs: 60 })).options.rampEpochs).toBe(2.5)
  })

  it('should take what is given as it is', () => {
    const { options } = distillerFor('dkd', resolveHyperparameters({ epochs: 60 }), { warmUp: 3, beta: 2 })
    expect(options).toMatchObject({ warmUp: 3, alpha: 1, beta: 2 })
  })

  it.each(distillerNames)('should settle the options of %s', (method) => {
    expect(distillerFor(method, resolveHyperparameters()).method).toBe(method)
  })
})
