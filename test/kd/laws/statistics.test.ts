import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkLaws,
  defineLaw,
  defineProfile,
  formatStatistics,
  type LogitBatch,
} from '../../../kd/laws/index.ts'
import { CaseCounter } from '../../../kd/laws/statistics.ts'
import { dtkd, kd, lossOf } from './mutants/plain.ts'

/** The names of the traits of one batch, each with its topic. */
function traitsOf(batch: LogitBatch): string[] {
  const counter = new CaseCounter()
  counter.add('law', batch)
  return Object.entries(counter.statistics().traits).flatMap(([topic, counts]) =>
    Object.entries(counts).flatMap(([name, count]) => (count === 1 ? [`${topic}: ${name}`] : [])),
  )
}

describe('the statistics of cases', () => {
  it('should tell sizes, positions, ties and kinds of logits', () => {
    const batch = {
      student: [
        [0, -3, -3, -0.5, -9, -1, -2],
        [-2, -2, -2, -2, -2, -2, -2],
      ],
      teacher: [
        [Number.NEGATIVE_INFINITY, -1, 0.5, 1e-9, 2000, 100, 1e7],
        [-2, -2, -2, -2, -2, -2, -2],
      ],
      labels: [6, 2],
    }
    expect(traitsOf(batch)).toEqual([
      'samples: N = 2',
      'classes: K = 7–9',
      'label: between first and last',
      'label: the last class',
      'label: beyond the sixth',
      'label: the teacher’s largest logit',
      'label: neither of them',
      'student’s largest logit: the first class',
      'student’s largest logit: tied',
      'student’s largest logit: tied by all',
      'student’s largest logit: negative',
      'student’s largest logit: zero or positive',
      'teacher’s largest logit: the first class',
      'teacher’s largest logit: the last class',
      'teacher’s largest logit: beyond the sixth',
      'teacher’s largest logit: tied',
      'teacher’s largest logit: tied by all',
      'teacher’s largest logit: negative',
      'teacher’s largest logit: zero or positive',
      'both sides: equal',
      'both sides: largest logits in one class',
      'both sides: in different classes',
      'logits: zero',
      'logits: below 2⁻²⁰',
      'logits: whole up to 8',
      'logits: fractions up to 8',
      'logits: above 8',
      'logits: above 1,000',
      'logits: above 10⁶',
      'logits: −∞',
    ])
    expect(
      traitsOf({ student: [[1, Number.NaN]], teacher: [[Number.POSITIVE_INFINITY, 0]], labels: [0] }),
    ).toEqual(expect.arrayContaining(['logits: NaN', 'logits: +∞', 'label: the teacher’s largest logit']))
  })

  it('should count the cases that were drawn, not those of shrinking', async () => {
    const { statistics, verdicts } = await checkLaws(lossOf(dtkd), 'dtkd', { seed: 1, runs: 40 })
    for (const { law, outcome, counterexample } of verdicts) {
      if (outcome === 'not tested') continue
      expect(statistics.laws[law.name].cases).toBe(counterexample?.runs ?? 40)
    }
    const { 'row-independence': three, definition } = statistics.laws
    expect(three.samples).toEqual({ least: 3, most: 3 })
    expect(definition.traits['samples']['N = 1']).toBeGreaterThan(10)
    const sum = Object.values(statistics.laws).reduce((total, { cases }) => total + cases, 0)
    expect(statistics.cases).toBe(sum)
  })

  it('should show a blind spot', async () => {
    const options = { seed: 1, runs: 30, rows: { min: 1, max: 2 }, classes: { min: 2, max: 6 } }
    const { statistics } = await checkLaws(lossOf(kd), 'kd', {
      ...options,
      laws: ['definition', 'row-order'],
    })
    const text = formatStatistics(statistics)
    expect(text).toContain('60 cases, of which 60 are batches; their traits:\n')
    const [present, absent] = text.split('Traits that never occurred:\n')
    expect(present).toMatch(/classes +K = 2: \d+ %, K = 3–6: \d+ %\n/)
    expect(absent).toMatch(/ +label +beyond the sixth\n/)
    expect(absent).toMatch(/ +N = 1–2, K = 2–6, 30 cases +definition\n/)
    expect(absent).toMatch(/ +N = 2–8, K = 2–6, 30 cases +row-order$/)
  })

  it('should count cases of one’s own laws that have no batch', async () => {
    const even = defineLaw({
      name: 'even',
      statement: 'Twice a number is even.',
      formula: '2 | 2n',
      tolerance: 'none',
      cases: () => fc.nat(),
      complain: async (_, n) => ((2 * n) % 2 === 0 ? undefined : 'odd'),
    })
    const profile = defineProfile({ formula: '0', definition: { value: () => 0 }, laws: [even] })
    const { statistics } = await checkLaws(() => 0, profile, { runs: 7, seed: 1 })
    expect(statistics).toMatchObject({ cases: 7, batches: 0, samples: undefined })
    expect(formatStatistics(statistics)).toContain('  rows alone, 7 cases  even')
  })

  it('should be of other cases for each law, and of the same for a seed', async () => {
    const drawn: Record<string, number[]> = { one: [], other: [] }
    const laws = Object.entries(drawn).map(([name, list]) =>
      defineLaw({
        name,
        statement: 'It holds.',
        formula: '0 = 0',
        tolerance: 'none',
        cases: () => fc.nat(),
        complain: async (_, n) => {
          list.push(n)
          return undefined
        },
      }),
    )
    const profile = defineProfile({ formula: '0', definition: { value: () => 0 }, laws })
    await checkLaws(() => 0, profile, { runs: 10, seed: 1 })
    const [one, other] = [drawn['one'].splice(0), drawn['other'].splice(0)]
    expect(one).not.toEqual(other)
    await checkLaws(() => 0, profile, { runs: 10, seed: 1 })
    expect(drawn).toEqual({ one, other })
  })
})
