import { describe, expect, it } from 'vitest'
import {
  checkLaws,
  formatReport,
  type HostLoss,
  type ProfileName,
  profileNames,
  subjectOf,
} from '../../../kd/laws/index.ts'
import { dtkdSlopes, kdSlopes, withGradient } from './mutants/gradients.ts'
import { mutants } from './mutants/index.ts'
import {
  crossEntropy,
  crossEntropyParts,
  dkd,
  dtkd,
  kd,
  lossOf,
  published,
  type Row,
  scaled,
  total,
  without,
} from './mutants/plain.ts'

const overClasses = lossOf({ ...kd, divergence: (p, q, t) => kd.divergence(p, q, t) / p.length })

const secondLargest = (row: Row) => row.toSorted((a, b) => b - a)[1]

/** Mistakes, and what the kit should say of them. */
const mistakes: readonly (readonly [ProfileName, HostLoss, string])[] = [
  ['kd', overClasses, 'the mean over the classes instead of their sum'],
  ['kd', lossOf({ ...kd, reduce: total }), 'summed over the batch instead of the mean'],
  ['kd', lossOf({ ...kd, factor: () => 1 }), 'the temperature squared is missing'],
  [
    'kd',
    lossOf({ ...kd, factor: () => 1, reduce: total }),
    'summed over the batch instead of the mean; the temperature squared is missing',
  ],
  [
    'kd',
    (student, teacher, labels) => lossOf(kd)(teacher, student, labels),
    'teacher and student are exchanged: KL(q ‖ p) instead of KL(p ‖ q)',
  ],
  [
    'kd',
    lossOf({ ...kd, student: (z) => kd.student(scaled(z, 4)) }),
    'the student’s logits are not divided by its temperature',
  ],
  [
    'kd',
    lossOf({ ...kd, student: (z) => kd.student(z).map(Math.exp).map(Math.log) }),
    'softmax then log instead of log-softmax',
  ],
  [
    'kd',
    (v, u, t) => lossOf(kd)(v, u, t) + 0.5 * crossEntropy(v, t),
    '0.5 × cross entropy is added to the formula',
  ],
  ['kd', (v, u, t) => 0.3 * lossOf(kd)(v, u, t), 'the loss is 0.3 times its formula'],
  [
    'crossEntropy',
    mutantNamed('label smoothing left on'),
    'label smoothing of 0.1 over all classes is left on',
  ],
  [
    'kd-total',
    mutantNamed('label smoothing in the total'),
    'label smoothing of 0.1 over all classes is left on',
  ],
  [
    'crossEntropy',
    lossOf({
      ...crossEntropyParts,
      divergence: (_, logQ, t) => -0.8 * logQ[t] - (0.2 * total(without(logQ, t))) / (logQ.length - 1),
    }),
    'label smoothing of 0.2 over all other classes is left on',
  ],
  [
    'kd',
    mutantNamed('target in logarithms or not'),
    'log_target is set, but the teacher’s probabilities are given: Σ eᵖ (p − ln q)',
  ],
  [
    'kd',
    mutantNamed('student softmax over the batch'),
    'the student’s softmax is taken over the batch instead of the classes',
  ],
  [
    'kd',
    mutantNamed('teacher softmax over the batch'),
    'the teacher’s softmax is taken over the batch instead of the classes',
  ],
  [
    'kd',
    mutantNamed('both softmaxes over the batch'),
    'softmax is taken over the batch instead of the classes',
  ],
  ['kd', mutantNamed('mean of means of four'), 'the mean of means over parts of 4 samples'],
  ['kd', mutantNamed('mean of means of labels'), 'the mean of the means of each label’s samples'],
  [
    'crossEntropy',
    mutantNamed('epsilon in the cross entropy'),
    'ε = 1e-8 is added to the student’s probabilities',
  ],
  [
    'dtkd',
    mutantNamed('epsilon in the teacher alone'),
    'ε = 0.001 is added in the teacher’s logarithm: Σ p ln((p + ε)/q)',
  ],
  ['dkd', mutantNamed('target masked by −50'), 'the target is masked by a logit of −50, not −∞'],
  ['dkd', mutantNamed('target masked by 10'), 'the target is masked by subtracting 10, not ∞'],
  ['dkd', mutantNamed('target masked by −1000'), 'the target is masked by subtracting 1000, not ∞'],
  ['dkd', lossOf(kd), 'plain KL instead of the decoupled terms'],
  ['dtkd', lossOf({ ...dtkd, factor: () => 16 }), 'the factor is τ² instead of T_teacher T_student'],
  [
    'dtkd',
    lossOf({ ...dtkd, temperatures: (v, u) => published(secondLargest(v), Math.max(...u)) }),
    'temperatures use, for the student, the second largest logit instead of the largest logit',
  ],
  [
    'dtkd-guarded',
    lossOf({ ...kd, temperatures: (v, u) => (Math.max(...v) > 0 ? dtkd : kd).temperatures(v, u) }),
    'the guard checks whether the student’s largest logit is positive, but not the teacher’s',
  ],
  [
    'dtkd-guarded',
    lossOf({
      ...kd,
      temperatures: (v, u) => (Math.max(...v) + Math.max(...u) > 0 ? dtkd : kd).temperatures(v, u),
    }),
    'the guard checks whether the sum of the largest logits is positive, not each of them',
  ],
  [
    'dtkd-guarded',
    lossOf({
      ...kd,
      temperatures: (v, u) =>
        Math.min(Math.max(...v), Math.max(...u)) > 0 ? dtkd.temperatures(v, u) : { student: 1, teacher: 1 },
    }),
    'if a largest logit is not positive, the temperature is 1, not 4',
  ],
  [
    'dkd',
    (v, u, labels) =>
      lossOf(dkd)(
        v,
        u,
        labels.map(() => labels[0]),
      ),
    'the label of the first sample is used for all',
  ],
  [
    'dtkd',
    withGradient(dtkd, { ...dtkdSlopes, attached: () => 0 }),
    'the gradient is detached, but the profile says attached: none flows through the temperatures',
  ],
  ['kd', withGradient(kd, { ...kdSlopes, count: () => 1 }), 'summed over the batch instead of the mean'],
  [
    'kd-total',
    (v, u, t) => 0.1 * lossOf(kd)(v, u, t) + 0.9 * crossEntropy(v, t),
    'the loss is 0.1 L_KD + 0.9 cross entropy, but the profile says 0.9 L_KD + 0.1 cross entropy',
  ],
]

describe('the guess at the cause', () => {
  it.each(mistakes)('should name the mistake: %s', async (profile, loss, text) => {
    const { guess } = await checkLaws(loss, profile, { seed: 1 })
    expect(guess).toContain(text)
  })

  it('should be made in float32 too', async () => {
    const loss: HostLoss = (...batch) => Math.fround(overClasses(...batch))
    const report = await checkLaws(loss, 'kd', { seed: 1 })
    expect(report.precision).toBe('float32')
    expect(report.guess).toBe('the mean over the classes instead of their sum')
  })

  it('should not take an overflow for an underflow, nor the reverse', async () => {
    const overflowing = (z: Row) => z.map((x) => x - Math.log(total(z.map(Math.exp))))
    const underflowing = (z: Row) => kd.student(z).map(Math.exp).map(Math.log)
    const overflowingAndUnderflowing = (z: Row) => {
      const sum = total(z.map(Math.exp))
      return z.map((x) => Math.log(Math.exp(x) / sum))
    }
    for (const seed of [1, 2, 3, 4, 5]) {
      for (const [student, text] of [
        [overflowing, 'exp of raw logits'],
        [overflowingAndUnderflowing, 'exp of raw logits, then the logarithm of their shares'],
        [underflowing, 'softmax then log'],
      ] as const) {
        for (const parts of [
          { ...kd, student },
          { ...kd, student, teacher: student },
        ]) {
          const { guess } = await checkLaws(lossOf(parts), 'kd', {
            seed,
            runs: 30,
            laws: ['finite-at-extremes'],
          })
          expect(guess).toContain(text)
        }
      }
    }
  })

  it('should say what is wrong at extremes beside what is wrong everywhere', async () => {
    const underflowing = { ...kd, student: (z: Row) => kd.student(z).map(Math.exp).map(Math.log) }
    const trial = { seed: 1, laws: ['definition', 'finite-at-extremes'] }
    const both = await checkLaws(lossOf({ ...underflowing, factor: () => 1 }), 'kd', trial)
    expect(both.guess).toMatch(/^softmax then log .*; and the temperature squared is missing$/)
    const apart = await checkLaws(
      (v, u, t) => lossOf(underflowing)(v, u, t) + 0.5 * crossEntropy(v, t),
      'kd',
      trial,
    )
    expect(apart.guess).toMatch(/^0.5 × cross entropy is added .*; and at extremes, the logarithm of /)
    const unknown = await checkLaws((v, u, t) => Math.cosh(lossOf(underflowing)(v, u, t)), 'kd', trial)
    expect(formatReport(unknown)).toContain('\n  at extremes: the logarithm of a probability')
  })

  it.each(profileNames)('should never name the formula itself: %s', async (name) => {
    const subject = await subjectOf({ loss: () => 0, dtype: 'float64' }, name)
    // Wrong by little more than rounding, in another direction for each batch.
    const loss: HostLoss = (student, teacher, labels) => {
      const batch = { student, teacher, labels }
      const value = subject.wanted(batch)
      return value + 8 * subject.rounding(batch) * Math.sin(1e3 * value)
    }
    const { holds, guess } = await checkLaws(loss, name, { seed: 1, runs: 10, laws: ['definition'] })
    expect({ holds, guess }).toEqual({ holds: false, guess: undefined })
  })

  it('should not be that the formula stands there once', async () => {
    const nearly = lossOf({
      ...dtkd,
      temperatures: (v, u) => ({
        ...dtkd.temperatures(v, u),
        student: dtkd.temperatures(v, u).student + 1e-6,
      }),
    })
    const { holds, guess } = await checkLaws(nearly, 'dtkd', { seed: 1 })
    expect({ holds, guess }).toEqual({ holds: false, guess: undefined })
  })

  it('should say nothing where all holds, and what mostly breaks a law where no mistake explains it', async () => {
    expect((await checkLaws(lossOf(dkd), 'dkd', { seed: 1 })).guess).toBeUndefined()
    const report = await checkLaws(() => Math.random(), 'kd', { seed: 1 })
    expect(formatReport(report)).toContain(
      'no typical mistake explains it; usual causes:\n' +
        '  random numbers, state kept between calls, or in-place arithmetic',
    )
  })
})

describe('a report', () => {
  it('should show statement, formula, both sides and the shrunk batch of a broken law', async () => {
    const text = formatReport(await checkLaws(overClasses, 'kd', { seed: 1 }))
    expect(text).toContain('BROKEN      definition: The loss equals its formula.\n')
    expect(text).toContain('              L(v, u, t) = 1/N Σ τ² KL(softmax(u/τ) ‖ softmax(v/τ))\n')
    expect(text).toMatch(/ {12}L = 0\.06\d+, but the formula = 0\.12\d+ \(0\.062 apart; tolerance \S+\)\n/)
    expect(text).toMatch(/student = \[\[0,0\]\]\n +teacher = \[\[\S+\]\]\n +labels = \[0\]\n/)
  })

  it('should say that a law was not broken that a profile declares broken', async () => {
    const symmetric: HostLoss = (v, u, t) => (lossOf(kd)(v, u, t) + lossOf(kd)(u, v, t)) / 2
    const text = formatReport(await checkLaws(symmetric, 'kd', { seed: 1 }))
    expect(text).toContain(
      'NOT BROKEN  teacher-student-symmetry: The loss is symmetric in teacher and student.',
    )
    expect(text).toContain('likely cause: the divergence is symmetrised')
  })
})

describe('what is no loss', () => {
  it.each([
    [3, 'got number'],
    [null, 'got null'],
    [{}, 'got an object with nothing'],
    [{ value: 3 }, 'got an object with value'],
  ])('should be refused: %j', async (loss, text) => {
    await expect(checkLaws(loss as unknown as HostLoss, 'kd')).rejects.toThrow(
      `laws: expected a loss (a function, or an object with a function 'loss'), ${text}`,
    )
  })

  it('should be refused where a part is no function', async () => {
    const loss = { loss: lossOf(kd), gradient: [1] } as unknown as HostLoss
    await expect(checkLaws(loss, 'kd')).rejects.toThrow(
      "laws: expected 'gradient' of the loss to be a function",
    )
  })
})

function mutantNamed(name: string): HostLoss {
  return mutants.find((mutant) => mutant.name === name)!.loss
}
