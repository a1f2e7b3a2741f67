import { describe, expect, it } from 'vitest'
import {
  checkLaws,
  describeLaws,
  formatHtml,
  formatJUnit,
  formatReport,
  type HostLoss,
  type LossReport,
} from '../../../kd/laws/index.ts'
import { kdSlopes, withGradient } from './mutants/gradients.ts'
import { kd, lossOf, perSampleOf } from './mutants/plain.ts'

const right = lossOf(kd)

const outOfMemory: HostLoss = function outOfMemory() {
  throw new RangeError('CUDA out of memory')
}

/** How often a text stands in another. */
const countOf = (text: string, part: string) => text.split(part).length - 1

const untested = ({ verdicts }: LossReport) => verdicts.filter(({ outcome }) => outcome === 'not tested')

describe('a loss that fails', () => {
  it.each<[string, unknown, string]>([
    ['throws', outOfMemory, 'the loss throws: RangeError: CUDA out of memory'],
    ['rejects', () => Promise.reject(new Error('device lost')), 'the loss throws: Error: device lost'],
    ['throws a text', () => failWith('oops'), "the loss throws 'oops'"],
    ['throws nothing', () => failWith(undefined), 'the loss throws undefined'],
    ['returns a text', () => '0.5', "the loss returns '0.5', but it should return a number"],
    ['returns an object', () => ({ loss: 1 }), 'the loss returns an object, but it should return a number'],
    ['returns a list', () => [1], 'the loss returns [1], but it should return a number'],
    ['returns nothing', () => undefined, 'the loss returns undefined, but it should return a number'],
    [
      'never settles',
      () => new Promise(() => {}),
      'the loss returns a promise that does not settle within 0.05 s',
    ],
  ])('should be said to fail, once and without a diagnosis: it %s', async (_, loss, sentence) => {
    const report = await checkLaws(loss as HostLoss, 'kd', { seed: 1, timeLimit: 0.05 })
    const text = formatReport(report)
    expect(countOf(text, sentence), text).toBe(1)
    expect(text).toContain('\nFAILED      pure: ')
    expect(text).toMatch(/\nfailed: pure$/)
    expect(text).not.toContain('cause')
    expect(report).toMatchObject({ holds: false, guess: undefined })
    expect(untested(report)).toHaveLength(report.verdicts.length - 1)
    expect(formatHtml(report)).toContain(sentence.replaceAll("'", '&#39;').replaceAll('&#39;', "'"))
    expect(formatJUnit(report)).toContain('<failure')
  })

  it('should show its stack, and not that of the kit', async () => {
    const text = formatReport(await checkLaws(outOfMemory, 'kd', { seed: 1 }))
    expect(text).toMatch(/ at .*outOfMemory .*failures\.test\.ts/)
    expect(text).not.toContain('guardedLoss')
  })

  it('should be shown the smallest batch for which it fails, whatever else is wrong', async () => {
    const loss: HostLoss = (student, teacher, labels) => {
      if (student[0].length > 7) throw new Error('at most 7 classes')
      return 1 + right(student, teacher, labels)
    }
    const { verdicts } = await checkLaws(loss, 'kd', { seed: 1 })
    const [failure] = verdicts.flatMap((verdict) => verdict.failure ?? [])
    expect(failure.message).toBe('the loss throws: Error: at most 7 classes')
    expect(failure.given['student']).toEqual([[0, 0, 0, 0, 0, 0, 0, 0]])
  })

  it('should be tested up to the part that fails', async () => {
    const loss = {
      ...withGradient(kd, kdSlopes),
      gradient: () => [['1']] as unknown as number[][],
    }
    const report = await checkLaws(loss, 'kd', { seed: 1, runs: 10 })
    const outcomes = new Map(report.verdicts.map(({ law, outcome }) => [law.name, outcome]))
    expect(outcomes.get('definition')).toBe('holds')
    expect(outcomes.get('gradient-is-numeric')).toBe('failed')
    expect(formatReport(report)).toContain(
      "'gradient' of the loss returns [['1']], but it should return rows",
    )
  })

  it('should not count as a law that is broken by design', async () => {
    const { verdicts } = await checkLaws(
      { loss: right, sharpness: () => failWith(new Error('no sharpness')) },
      'kd',
      { seed: 1, runs: 5, laws: ['sharpness-homogeneity'] },
    )
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['failed'])
  })
})

describe('a loss that is not a function of its arguments', () => {
  const random: HostLoss = () => Math.random()

  it('should be said to be so, and nothing else', async () => {
    const report = await checkLaws(random, 'kd', { seed: 1 })
    expect(formatReport(report)).toMatch(
      /\nbroken: pure\nno typical mistake explains it; usual causes:\n {2}random numbers, [^\n]+$/,
    )
    expect(report.verdicts.filter(({ outcome }) => outcome === 'broken')).toHaveLength(1)
    expect(new Set(untested(report).map(({ reason }) => reason))).toContain(
      'the loss is not the same when called again',
    )
  })

  it('should be said to be so where another law was asked for', async () => {
    const { verdicts } = await checkLaws(random, 'kd', { seed: 1, laws: ['definition'] })
    expect(verdicts.map(({ law, outcome }) => `${law.name} ${outcome}`)).toEqual([
      'pure broken',
      'definition not tested',
    ])
  })
})

/** The errors of the tests that `describeLaws` registers, by law. */
async function failuresOf(loss: HostLoss): Promise<Map<string, string>> {
  const tests: [string, () => Promise<void>][] = []
  const it = Object.assign(
    (name: string, body: () => Promise<void>) => tests.push([name.slice(0, name.indexOf(':')), body]),
    { skip: () => {} },
  )
  const framework = { describe: (_: string, body: () => void) => body(), it }
  describeLaws('mine', loss, 'kd', { framework, runs: 20 })
  const failures = new Map<string, string>()
  for (const [name, body] of tests) await body().catch((error: Error) => failures.set(name, error.message))
  return failures
}

describe('describeLaws', () => {
  it('should show a failure once', async () => {
    const failures = await failuresOf(outOfMemory)
    const texts = [...failures.values()]
    expect(texts[0]).toContain('the loss throws: RangeError: CUDA out of memory')
    expect(countOf(texts.join('\n'), 'CUDA out of memory')).toBe(1)
    expect(texts[1]).toContain('not tested: the loss fails, see pure')
  })

  it('should say once that a loss is not pure', async () => {
    const [first, ...others] = [...(await failuresOf(() => Math.random())).values()]
    expect(first).toContain('when called again with the same batch')
    expect(new Set(others.map((text) => text.split('\n')[0]))).toEqual(
      new Set(['not tested: the loss is not the same when called again']),
    )
  })

  it('should give one cause to everything that one mistake breaks', async () => {
    const failures = await failuresOf({
      loss: lossOf({ ...kd, factor: () => 1 }),
      perSample: perSampleOf({ ...kd, factor: () => 1 }),
    })
    expect([...failures.keys()]).toContain('large-temperature-limit')
    for (const text of failures.values())
      expect(text).toContain('likely cause: the temperature squared is missing')
  })
})

function failWith(error: unknown): never {
  throw error
}

describe('a loss that is an instance of a class', () => {
  class Divergence {
    readonly parts = kd
    loss(...batch: Parameters<typeof right>): number {
      return lossOf(this.parts)(...batch)
    }
    perSample(...batch: Parameters<typeof right>): number[] {
      return perSampleOf(this.parts)(...batch)
    }
  }

  it('should be checked with the methods that it inherits', async () => {
    const { holds, verdicts } = await checkLaws(new Divergence(), 'kd', {
      runs: 5,
      seed: 1,
      dtype: 'float64',
    })
    expect(holds).toBe(true)
    expect(verdicts.find(({ law }) => law.name === 'per-sample')?.outcome).toBe('holds')
  })
})
