import { dtkdSlopes, withGradient } from './gradients.ts'
import type { Mutant } from './mutant.ts'
import {
  dkd,
  dtkd,
  kd,
  logSoftmax,
  logSumExp,
  lossOf,
  otherClasses,
  type Parts,
  perSampleOf,
  type Row,
  referenceTemperature,
  scaled,
  targetClass,
  temperaturesOf,
  total,
} from './plain.ts'

/** TCKD and NCKD of a batch. */
function termsOf(student: readonly Row[], teacher: readonly Row[], labels: readonly number[]) {
  const term = (divergence: Parts['divergence']) => lossOf({ ...kd, divergence })(student, teacher, labels)
  return { tckd: term(targetClass), nckd: term(otherClasses) }
}

/** A loss at another temperature than 4. */
export const atTemperatureOf =
  (parts: Parts) =>
  (temperature: number, ...batch: Parameters<ReturnType<typeof lossOf>>) =>
    lossOf({ ...parts, temperatures: () => ({ student: temperature, teacher: temperature }) })(...batch)

/** Everything that a loss can offer, and right. */
export const everything = {
  kd: {
    loss: lossOf(kd),
    perSample: perSampleOf(kd),
    temperatures: temperaturesOf(kd),
    atTemperature: atTemperatureOf(kd),
  },
  dkd: {
    loss: lossOf(dkd),
    perSample: perSampleOf(dkd),
    terms: termsOf,
    atTemperature: atTemperatureOf(dkd),
  },
  dtkd: {
    loss: lossOf(dtkd),
    perSample: perSampleOf(dtkd),
    temperatures: temperaturesOf(dtkd),
    sharpness: (rows: readonly Row[]) => rows.map(logSumExp),
  },
}

/** A right value beside something else that is offered and wrong. */
export const offers: readonly Mutant[] = [
  {
    name: 'teacher not cut off',
    mistake: 'the teacher’s logits carry gradient: the teacher learns from the student',
    profile: 'kd',
    law: 'teacher-gets-no-gradient',
    loss: {
      ...everything.kd,
      teacherGradient: (student, teacher) =>
        teacher.map((u, n) => {
          const [logP, logQ] = [u, student[n]].map((z) => logSoftmax(scaled(z, 1 / referenceTemperature)))
          const divergence = kd.divergence(logP, logQ, 0)
          const slopes = logP.map((value, i) => Math.exp(value) * (value - logQ[i] - divergence))
          return scaled(slopes, referenceTemperature / teacher.length)
        }),
    },
  },
  {
    name: 'attached temperatures',
    mistake: 'the temperatures carry gradient where detached ones are claimed',
    profile: 'dtkd-detached',
    law: 'gradient-sums-to-zero',
    loss: withGradient(dtkd, dtkdSlopes),
  },
  {
    name: 'samples before the factor',
    mistake: 'the values of the samples lack T², so that a log of them disagrees with the loss',
    profile: 'kd',
    law: 'per-sample',
    loss: { ...everything.kd, perSample: perSampleOf({ ...kd, factor: () => 1 }) },
  },
  {
    name: 'samples already divided',
    mistake: 'each sample is divided by the batch size: their mean is not the loss',
    profile: 'dtkd',
    law: 'per-sample',
    loss: {
      ...everything.dtkd,
      perSample: (...batch) => scaled(perSampleOf(dtkd)(...batch), 1 / batch[0].length),
    },
  },
  {
    name: 'temperatures reported the wrong way round',
    mistake: 'the report has the student’s temperature in the teacher’s place',
    profile: 'dtkd',
    law: 'temperatures-ratio',
    loss: {
      ...everything.dtkd,
      temperatures: (student, teacher) => {
        const reported = temperaturesOf(dtkd)(student, teacher)
        return { student: reported.teacher, teacher: reported.student }
      },
    },
  },
  {
    name: 'temperatures from a mean',
    mistake: 'both temperatures divided by their mean over the batch, so that it is τ',
    profile: 'dtkd',
    law: 'temperatures-row-independence',
    loss: {
      ...everything.dtkd,
      temperatures: (student, teacher) => {
        const { student: ofStudent, teacher: ofTeacher } = temperaturesOf(dtkd)(student, teacher)
        const unit = (referenceTemperature * student.length) / total(ofStudent)
        return { student: scaled(ofStudent, unit), teacher: ofTeacher }
      },
    },
  },
  {
    name: 'terms exchanged',
    mistake: 'TCKD is reported as NCKD and the other way round',
    profile: 'dkd',
    law: 'decoupling',
    loss: {
      ...everything.dkd,
      terms: (...batch) => {
        const { tckd, nckd } = termsOf(...batch)
        return { tckd: nckd, nckd: tckd }
      },
    },
  },
  {
    name: 'weighted terms',
    mistake: 'the reported NCKD has its weight 8 already',
    profile: 'dkd',
    law: 'decoupling',
    loss: {
      ...everything.dkd,
      terms: (...batch) => ({ ...termsOf(...batch), nckd: 8 * termsOf(...batch).nckd }),
    },
  },
  {
    name: 'sharpness of a distribution',
    mistake: 'log-sum-exp of the softmax instead of the logits',
    profile: 'dtkd',
    law: 'sharpness-bounds',
    loss: {
      ...everything.dtkd,
      sharpness: (rows) => rows.map((z) => logSumExp(logSoftmax(z).map(Math.exp))),
    },
  },
  {
    name: 'sharpness that overflows',
    mistake: 'ln Σ exp z without taking off the maximum',
    profile: 'dtkd',
    law: 'sharpness-bounds',
    loss: { ...everything.dtkd, sharpness: (rows) => rows.map((z) => Math.log(total(z.map(Math.exp)))) },
  },
  {
    name: 'mean sharpness',
    mistake: 'ln of the mean of exponentials: ln K too small',
    profile: 'dtkd',
    law: 'sharpness-bounds',
    loss: { ...everything.dtkd, sharpness: (rows) => rows.map((z) => logSumExp(z) - Math.log(z.length)) },
  },
]
