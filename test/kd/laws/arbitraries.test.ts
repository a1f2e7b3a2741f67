import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { headClasses, position } from '../../../kd/laws/drawnRow.ts'
import {
  extremePair,
  type LogitBatch,
  logits,
  logitsPair,
  positiveMaxima,
  profileOf,
  rangeOf,
  smoothPair,
} from '../../../kd/laws/index.ts'
import { order, orderOf } from '../../../kd/laws/order.ts'

const arbitraries = {
  logitsPair: logitsPair(),
  positiveMaxima: positiveMaxima(),
  smoothPair: smoothPair(),
  'extremePair in float64': extremePair(rangeOf('float64', profileOf('kd')), { maxima: 'any' }),
  'extremePair in float32': extremePair(rangeOf('float32', profileOf('dtkd')), { maxima: 'positive' }),
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

it('should give every class as a label, as a position and as the end of an exchange', () => {
  const classes = 1000
  const all = Array.from({ length: classes }, (_, j) => j)
  const some = { rows: { min: 32, max: 32 }, classes: { min: classes, max: classes } }
  const sample = <Value>(arbitrary: fc.Arbitrary<Value>, numRuns: number) =>
    fc.sample(arbitrary, { numRuns, seed: 1 })
  const labels = sample(logitsPair(some), 500).flatMap((batch) => batch.labels)
  const positions = sample(position, 20_000).map((at) => at % classes)
  const exchanged = sample(order, 40_000).flatMap((drawn) =>
    'exchange' in drawn ? orderOf(drawn, classes).filter((to, from) => to !== from) : [],
  )
  for (const found of [labels, positions, exchanged]) {
    expect([...new Set(found)].sort((a, b) => a - b)).toEqual(all)
  }
})

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
      'ten classes': (v) => v.length === 10,
      'a hundred classes': (v) => v.length === 100,
      'a thousand classes': (v) => v.length === 1000,
    }
    const batches = fc.sample(logitsPair(), { numRuns: 400, seed: 1 })
    expect(batches.some(({ labels }) => labels.length > 48)).toBe(true)
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

describe('the classes', () => {
  const rows = fc.sample(logits(), { numRuns: 2000, seed: 1 })
  const sizes = new Set(rows.map((row) => row.length))

  it('should be of every order of magnitude', () => {
    for (const size of [2, 3, 4, 5, 6, 10, 100, 1000]) expect(sizes, String(size)).toContain(size)
    expect([...sizes].filter((size) => size > 6 && size <= 128).length).toBeGreaterThan(60)
  })

  it('should each have a number of its own, whatever the size', () => {
    for (const classes of [8, 10, 37, 100, 128, 1000]) {
      const large = fc.sample(logits({ classes: { min: classes, max: classes } }), { numRuns: 40, seed: 2 })
      const distinct = large.map((row) => new Set(row).size / classes)
      expect(Math.max(...distinct), String(classes)).toBeGreaterThan(0.9)
      const isUnique = (row: number[]) => row.indexOf(Math.max(...row)) === row.lastIndexOf(Math.max(...row))
      expect(large.filter(isUnique).length, String(classes)).toBeGreaterThan(10)
    }
  })

  it('should shrink to the fewest that matter, and the others to 0', () => {
    const beyond = (row: number[]) => Math.max(...row) > Math.max(...row.slice(0, headClasses))
    const { counterexample } = fc.check(
      fc.property(logits(), (row) => !beyond(row)),
      { seed: 4 },
    )
    const [row] = counterexample!
    expect(row.length).toBeLessThanOrEqual(headClasses + 2)
    expect(new Set(row.slice(0, headClasses)).size).toBe(1)
  })
})

describe('the order', () => {
  const orders = fc.sample(order, { numRuns: 200, seed: 1 })

  it('should be a permutation at every size, and mostly one that moves every class', () => {
    for (const classes of [1, 2, 3, 7, 10, 100, 1000]) {
      const permutations = orders.map((drawn) => orderOf(drawn, classes))
      for (const each of permutations)
        expect(each.toSorted((a, b) => a - b)).toEqual(Array.from({ length: classes }, (_, i) => i))
      const moving = permutations.filter((each) => each.every((from, to) => from !== to))
      if (classes > 1) expect(moving.length, String(classes)).toBeGreaterThan(120)
    }
  })
})
