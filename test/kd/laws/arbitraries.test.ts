import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ranges } from '../../../kd/laws/arbitraries.ts'
import {
  extremePair,
  type LogitBatch,
  logitsPair,
  positiveMaxima,
  smoothPair,
} from '../../../kd/laws/index.ts'

const arbitraries = {
  logitsPair: logitsPair(),
  positiveMaxima: positiveMaxima(),
  smoothPair: smoothPair(),
  'extremePair in float64': extremePair(ranges.float64, { maxima: 'any' }),
  'extremePair in float32': extremePair(ranges.float32, { maxima: 'positive' }),
}

function isBatch({ student, teacher, labels }: LogitBatch): boolean {
  const classes = student[0].length
  const fits = (row: number[]) => row.length === classes && row.every(Number.isFinite)
  return (
    classes >= 2 &&
    student.length === labels.length &&
    teacher.length === labels.length &&
    student.every(fits) &&
    teacher.every(fits) &&
    labels.every((label) => Number.isInteger(label) && label >= 0 && label < classes)
  )
}

describe.each(Object.entries(arbitraries))('%s', (_, arbitrary) => {
  it('should give the same batches for the same seed', () => {
    const draw = () => fc.sample(arbitrary, { numRuns: 50, seed: 7 })
    expect(draw()).toEqual(draw())
  })

  it('should give batches only: rows of one length, labels among the classes', () => {
    fc.assert(
      fc.property(arbitrary, (batch) => isBatch(batch)),
      { numRuns: 500, seed: 1 },
    )
  })

  it('should shrink to one sample, and through batches only', () => {
    let tried = 0
    const { counterexample } = fc.check(
      fc.property(arbitrary, (batch) => {
        expect(batch).toSatisfy(isBatch)
        tried += 1
        return tried < 20
      }),
      { numRuns: 500, seed: 3 },
    )
    expect(counterexample![0].labels).toHaveLength(1)
    expect(counterexample![0].student[0]).toHaveLength(2)
  })
})

describe('logitsPair', () => {
  it('should shrink to whichever sample matters, in whole numbers', () => {
    const { counterexample } = fc.check(
      fc.property(logitsPair(), ({ student }) => student.every((row) => Math.max(...row) < 3)),
      { seed: 5 },
    )
    expect(counterexample![0].student).toHaveLength(1)
    expect(Math.max(...counterexample![0].student[0])).toBe(3)
  })

  it('should visit its corners', () => {
    const corners: Record<string, (v: number[], u: number[]) => boolean> = {
      'a tie for the maximum': (v) => v.filter((value) => value === Math.max(...v)).length > 1,
      'all equal': (v) => new Set(v).size === 1,
      'all negative': (v, u) => Math.max(...v, ...u) < 0,
      'opposite maxima': (v, u) => Math.max(...v) < 0 && Math.max(...u) > 0,
      'log-probabilities': (v) => Math.abs(v.reduce((sum, value) => sum + Math.exp(value), 0) - 1) < 1e-12,
      'student equal to teacher': (v, u) => v.join() === u.join(),
      'student a multiple of the teacher': (v, u) =>
        u.some(Boolean) && v.every((value, i) => value === 2 * u[i]),
      'two classes': (v) => v.length === 2,
      'a thousand classes': (v) => v.length === 1000,
    }
    const batches = fc.sample(logitsPair(), { numRuns: 300, seed: 1 })
    for (const [name, holds] of Object.entries(corners)) {
      const seen = batches.some(({ student, teacher }) => student.some((v, n) => holds(v, teacher[n])))
      expect(seen, name).toBe(true)
    }
  })

  it.each([
    ['positive', (v: number, u: number) => v > 0 && u > 0],
    ['not both negative', (v: number, u: number) => v >= 0 || u >= 0],
  ] as const)('should keep to rows that are %s', (maxima, holds) => {
    for (const { student, teacher } of fc.sample(logitsPair({ maxima }), { numRuns: 300, seed: 2 }))
      student.forEach((v, n) => {
        expect(holds(Math.max(...v), Math.max(...teacher[n]))).toBe(true)
      })
  })

  it('should keep to rows that are not constant', () => {
    for (const { student, teacher } of fc.sample(logitsPair({ maxima: 'spread' }), { numRuns: 300, seed: 2 }))
      for (const row of [...student, ...teacher]) expect(new Set(row).size).toBeGreaterThan(1)
  })
})
