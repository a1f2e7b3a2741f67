import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkLaws,
  defineLaw,
  defineProfile,
  formatReport,
  formulas,
  type LogitsConstraints,
  lawGroups,
  logitsPair,
  profileOf,
} from '../../../kd/laws/index.ts'
import hellinger, { profile } from './docs/hellinger.ts'
import myLoss from './docs/myLoss.ts'

const trial = { runs: 10, seed: 1 }
const zero = { formula: '0', definition: { value: () => 0 } }

describe('a profile of one’s own', () => {
  it('should hold for a right loss, with laws of its own', async () => {
    const report = await checkLaws(hellinger, profile, trial)
    expect(report.holds, formatReport(report)).toBe(true)
    expect(report.verdicts.map(({ law }) => law.name)).toContain('at-most-one')
    expect(report.profile).toMatchObject({ name: 'hellinger', temperature: 4, maxima: 'any' })
  })

  it('should catch a wrong one, by the catalogue’s laws and by its own', async () => {
    const twice = await checkLaws((...batch) => 2 * hellinger(batch[0], batch[1]), profile, trial)
    const broken = twice.verdicts.filter(({ outcome }) => outcome === 'broken').map(({ law }) => law.name)
    expect(broken).toEqual(expect.arrayContaining(['definition', 'gradient-formula', 'at-most-one']))
    expect(twice.guess).toBe('it has twice its weight')
  })

  it('should have a numeric gradient as exact as laws need', () => {
    const known = profileOf('crossEntropy').definition
    const own = defineProfile({ ...zero, definition: { value: known.value } }).at(1).definition
    fc.assert(
      fc.property(logitsPair({ rows: { min: 1, max: 1 }, classes: { min: 2, max: 6 } }), (batch) => {
        const sample = { v: batch.student[0], u: batch.teacher[0], label: batch.labels[0] }
        const [exact, numeric] = [known.gradient(sample), own.gradient(sample)]
        for (const [j, value] of exact.entries())
          expect(Math.abs(value - numeric[j])).toBeLessThanOrEqual(own.gradientRounding(sample, 2 ** -53)[j])
      }),
      { seed: 1 },
    )
  })

  it('should depend on the temperature, if it is a function of it', async () => {
    const scaled = defineProfile((temperature) => ({
      formula: 'τ',
      definition: { value: () => temperature },
      claims: ['definition'],
    }))
    expect((await checkLaws(() => 3, scaled, { ...trial, temperature: 3 })).holds).toBe(true)
    expect((await checkLaws(() => 3, scaled, trial)).holds).toBe(false)
    expect(() => scaled.at(-1)).toThrow('expected a temperature above 0')
  })

  it('should allow a loss that is not a mean over samples', async () => {
    const spread = defineProfile({
      name: 'spread',
      formula: 'maxₙ max v − minₙ max v',
      joint: {
        value(samples) {
          const most = samples.map(({ v }) => formulas.largest(v))
          return Math.max(...most) - Math.min(...most)
        },
      },
      claims: [...lawGroups.value, 'row-order', 'gradient-formula'],
      breaks: { 'row-independence': 'samples are compared', 'batch-additivity': 'samples are compared' },
    })
    const loss = (student: number[][]) => {
      const most = student.map((row) => Math.max(...row))
      return Math.max(...most) - Math.min(...most)
    }
    const report = await checkLaws(loss, spread, trial)
    expect(report.holds, formatReport(report)).toBe(true)
    const wrong = await checkLaws((student) => 2 * loss(student), spread, trial)
    expect(wrong.guess).toBe('it has twice its weight')
  })

  it('should draw the batches that it asks for', async () => {
    const seen: LogitsConstraints[] = []
    const sizes = new Set<string>()
    const own = defineProfile({
      ...zero,
      claims: ['definition', 'row-order', 'gradient-formula'],
      draws: {
        rows: { min: 5, max: 5 },
        draw(constraints) {
          seen.push(constraints)
          return logitsPair({ ...constraints, classes: { min: 9, max: 9 } })
        },
      },
    })
    const loss = (student: number[][]) => {
      sizes.add(`${student.length} × ${student[0].length}`)
      return 0
    }
    expect((await checkLaws(loss, own, { runs: 5, seed: 1 })).holds).toBe(true)
    expect(sizes).toContain('5 × 9')
    expect(seen.length).toBeGreaterThanOrEqual(3)
  })

  it.each([
    [{ ...zero, claims: ['definitoin'] }, `names the unknown law 'definitoin': did you mean "definition"?`],
    [{ ...zero, claims: ['pure'], breaks: { pure: '' } }, "to name the law 'pure' once, got it twice"],
    [
      { ...zero, claims: ['large-temperature-limit'] },
      "needs 'limit', but profile 'custom' does not have it",
    ],
    [{ ...zero, claims: ['temperatures-sum'] }, "needs 'rule', but profile 'custom' does not have it"],
    [{ ...zero, claims: ['warm-up'] }, "needs 'warmUp'"],
    [{ formula: '0' }, 'either a definition of a sample or a joint one of a batch, got none'],
    [{ ...zero, joint: { value: () => 0 } }, 'got both'],
  ])('should be refused where it is wrong: %j', (specification, message) => {
    expect(() => defineProfile(specification)).toThrow(message)
  })

  it('should not take the name of a law that exists', () => {
    const law = defineLaw({
      name: 'pure',
      statement: 'Zero.',
      formula: 'L = 0',
      tolerance: 'none',
      complain: async () => undefined,
    })
    expect(() => defineProfile({ ...zero, laws: [law] })).toThrow("'pure' is taken")
  })
})

describe('a law of one’s own', () => {
  it('should draw cases of its own, and be broken by design where the profile says so', async () => {
    const law = defineLaw({
      name: 'even',
      statement: 'The drawn number is even.',
      formula: 'n mod 2 = 0',
      tolerance: 'none',
      cases: () => fc.nat(),
      complain: async (_, count) => (count % 2 === 0 ? undefined : `${count} is odd`),
    })
    const own = defineProfile({ ...zero, laws: [law], breaks: { even: 'some numbers are odd' } })
    const [verdict] = (await checkLaws(() => 0, own, trial)).verdicts
    expect(verdict.outcome).toBe('broken as declared')
    expect(verdict.counterexample?.complaint).toMatch(/^\d+ is odd$/)
  })

  it('should be refused without a formula', () => {
    const law = {
      name: 'x',
      statement: 'X.',
      formula: '',
      tolerance: 'none',
      complain: async () => undefined,
    }
    expect(() => defineLaw(law)).toThrow("defineLaw: expected 'formula' of the law 'x' to be a text")
  })
})

describe('checkLaws', () => {
  it('should check the laws that are named', async () => {
    const { verdicts } = await checkLaws(myLoss, 'kd', { ...trial, laws: ['definition', 'row-order'] })
    expect(verdicts.map(({ law }) => law.name)).toEqual(['definition', 'row-order'])
    await expect(checkLaws(myLoss, 'kd', { laws: ['warm-up'] })).rejects.toThrow(
      "laws: profile 'kd' has no law 'warm-up'",
    )
  })

  it('should draw as many rows and classes as it is told', async () => {
    const sizes = new Set<string>()
    const loss: typeof myLoss = (student, teacher) => {
      sizes.add(`${student.length} × ${student[0].length}`)
      return myLoss(student, teacher)
    }
    const range = { rows: { min: 17, max: 17 }, classes: { min: 30, max: 30 } }
    const report = await checkLaws(loss, 'kd', { runs: 3, seed: 1, ...range, laws: ['definition'] })
    expect(report.holds).toBe(true)
    expect(sizes).toContain('17 × 30')
    await expect(checkLaws(loss, 'kd', { rows: { min: 3, max: 2 } })).rejects.toThrow(
      'laws: expected rows to be a range of integers from 1, got 3 to 2',
    )
  })
})
