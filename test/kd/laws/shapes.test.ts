import { describe, expect, it } from 'vitest'
import {
  checkLaws,
  formatReport,
  type HostLoss,
  masked,
  type ProfileName,
  type Rows,
  severalTeachers,
  softLabels,
  tokens,
} from '../../../kd/laws/index.ts'
import myLoss from './docs/myLoss.ts'

const trial = { runs: 30, seed: 1 }

async function expectHolds(loss: HostLoss, profile: ProfileName): Promise<void> {
  const report = await checkLaws(loss, profile, trial)
  if (!report.holds) expect.fail(formatReport(report))
}

async function brokenLaws(loss: HostLoss, profile: ProfileName): Promise<string[]> {
  const { verdicts } = await checkLaws(loss, profile, trial)
  return verdicts.filter(({ outcome }) => outcome === 'broken').map(({ law }) => law.name)
}

/** Expects the check to end at a gradient of this kind that is not 0. */
async function expectRefused(loss: HostLoss, kind: string): Promise<void> {
  const report = await checkLaws(loss, 'crossEntropy', trial)
  expect(report.holds).toBe(false)
  expect(formatReport(report)).toMatch(
    new RegExp(`'gradient' of the loss returns \\[.*\\], but it should return 0 for ${kind}`),
  )
}

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const logSoftmax = (row: readonly number[]) => {
  const most = Math.max(...row)
  const log = Math.log(row.reduce((sum, value) => sum + Math.exp(value - most), 0))
  return row.map((value) => value - most - log)
}

/** The gradient of cross entropy, without the mean. */
const slopes = (row: readonly number[], label: number) =>
  logSoftmax(row).map((value, j) => Math.exp(value) - (j === label ? 1 : 0))

describe('a loss of tokens', () => {
  const cross = (row: number[], label: number) => -logSoftmax(row)[label]
  const loss = (student: Rows[], _: Rows[], labels: number[][]) =>
    average(
      student.flatMap((rows, n) =>
        rows.flatMap((row, t) => (labels[n][t] < 0 ? [] : [cross(row, labels[n][t])])),
      ),
    )
  const gradientOf = (ofPadding: number) => (student: Rows[], _: Rows[], labels: number[][]) => {
    const count = labels.flat().filter((label) => label >= 0).length
    return student.map((rows, n) =>
      rows.map((row, t) =>
        labels[n][t] < 0 ? row.map(() => ofPadding) : slopes(row, labels[n][t]).map((value) => value / count),
      ),
    )
  }

  it('should hold if padding does not count', async () => {
    await expectHolds(tokens({ loss, gradient: gradientOf(0) }), 'crossEntropy')
  })

  it('should fail if padding counts, or sequences have the same weight', async () => {
    const withPadding = (student: Rows[], _: Rows[], labels: number[][]) =>
      average(student.flatMap((rows, n) => rows.map((row, t) => cross(row, Math.max(labels[n][t], 0)))))
    const bySequence = (student: Rows[], teacher: Rows[], labels: number[][]) =>
      average(student.map((rows, n) => loss([rows], teacher, [labels[n]])))
    expect(await brokenLaws(tokens({ loss: withPadding }), 'crossEntropy')).toContain('definition')
    expect(await brokenLaws(tokens({ loss: bySequence }), 'crossEntropy')).toContain('definition')
    await expectRefused(tokens({ loss, gradient: gradientOf(0.1) }), 'padding')
  })
})

describe('a loss with a mask', () => {
  const kept = (rows: Rows, mask: number[]) => rows.filter((_, n) => mask[n] === 1)

  it('should hold if masked samples do not count, and break laws if they do', async () => {
    const right = masked({
      loss: (student, teacher, _, mask) => myLoss(kept(student, mask), kept(teacher, mask)),
    })
    await expectHolds(right, 'kd')
    const divisor = masked({
      loss: (student, teacher, _, mask) =>
        (myLoss(kept(student, mask), kept(teacher, mask)) * kept(student, mask).length) / mask.length,
    })
    expect(await brokenLaws(divisor, 'kd')).toContain('definition')
  })

  it('should fail if masked samples get a gradient', async () => {
    const loss = (student: Rows, labels: number[], mask: number[]) =>
      average(student.flatMap((row, n) => (mask[n] ? [-logSoftmax(row)[labels[n]]] : [])))
    const gradient = (student: Rows, labels: number[], mask: number[], all: boolean) => {
      const count = mask.reduce((sum, value) => sum + value)
      return student.map((row, n) =>
        slopes(row, labels[n]).map((value) => (all || mask[n] ? value / count : 0)),
      )
    }
    const of = (all: boolean) =>
      masked({
        loss: (student, _, labels, mask) => loss(student, labels, mask),
        gradient: (student, _, labels, mask) => gradient(student, labels, mask, all),
      })
    await expectHolds(of(false), 'crossEntropy')
    await expectRefused(of(true), 'a masked sample')
  })
})

describe('a loss of soft labels', () => {
  const loss = (student: Rows, targets: Rows) =>
    average(
      student.map((row, n) => -logSoftmax(row).reduce((sum, value, j) => sum + targets[n][j] * value, 0)),
    )

  it('should hold for the teacher’s probabilities and for labels', async () => {
    await expectHolds(softLabels({ loss }), 'soft-cross-entropy')
    await expectHolds(softLabels({ loss }, { oneHot: true }), 'crossEntropy')
  })

  it('should break laws if only the largest target counts', async () => {
    const hard = (student: Rows, targets: Rows) =>
      average(student.map((row, n) => -logSoftmax(row)[targets[n].indexOf(Math.max(...targets[n]))]))
    expect(await brokenLaws(softLabels({ loss: hard }), 'soft-cross-entropy')).toContain('definition')
    await expectHolds(softLabels({ loss: hard }, { oneHot: true }), 'crossEntropy')
  })
})

describe('a loss of several teachers', () => {
  it('should hold for the mean divergence, and break laws for that from mean logits', async () => {
    await expectHolds(
      severalTeachers({
        loss: (student, teachers) => average(teachers.map((teacher) => myLoss(student, teacher))),
      }),
      'multi-teacher',
    )
    const ofMean = (student: Rows, teachers: Rows[]) =>
      myLoss(
        student,
        teachers[0].map((row, n) => row.map((value, j) => (value + teachers[1][n][j]) / 2)),
      )
    expect(await brokenLaws(severalTeachers({ loss: ofMean }), 'multi-teacher')).toContain('definition')
  })
})
