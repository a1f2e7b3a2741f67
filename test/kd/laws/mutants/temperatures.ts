import type { Mutant } from './mutant.ts'
import {
  dtkd,
  dtkdExact,
  dtkdGuarded,
  equallySharp,
  kd,
  logSoftmax,
  logSumExp,
  lossOf,
  published,
  type Row,
  referenceTemperature,
  scaled,
  total,
  withTemperatures,
} from './plain.ts'

const largest = (row: Row) => Math.max(...row)
const magnitude = (row: Row) => Math.max(...row.map(Math.abs))
const mean = (row: Row) => total(row) / row.length

/** The right formula on the wrong temperatures. */
export const temperatures: readonly Mutant[] = [
  {
    name: 'teacher not softened',
    mistake: 'the teacher’s logits are not divided by the temperature',
    seen: 'lancopku/DynamicKD#1',
    profile: 'kd',
    law: 'zero-at-equality',
    loss: lossOf({ ...kd, teacher: (z) => logSoftmax(scaled(z, referenceTemperature)) }),
  },
  {
    name: 'student not softened',
    mistake: 'the student’s logits are not divided by the temperature',
    seen: 'lancopku/DynamicKD#1',
    profile: 'kd',
    law: 'zero-at-equality',
    loss: lossOf({ ...kd, student: (z) => logSoftmax(scaled(z, referenceTemperature)) }),
  },
  {
    name: 'multiplied by the temperature',
    mistake: 'logits times T instead of logits over T',
    profile: 'kd',
    law: 'large-temperature-limit',
    loss: lossOf({ ...kd, temperatures: () => ({ student: 1 / 4, teacher: 1 / 4 }), factor: () => 16 }),
  },
  {
    name: 'temperature of the configuration ignored',
    mistake: 'the flag is never read: distillation runs at T = 1',
    profile: 'kd',
    law: 'definition',
    loss: lossOf({ ...kd, temperatures: () => ({ student: 1, teacher: 1 }), factor: () => 1 }),
  },
  {
    name: 'standardized logits',
    mistake:
      'an inverted flag: logits are divided by their standard deviation where plain ones were asked for',
    seen: 'sunshangquan/logit-standardization-KD#15',
    profile: 'kd',
    law: 'large-temperature-limit',
    loss: lossOf({
      ...kd,
      arrange: ({ student, teacher, labels }) => ({
        student: student.map(standardized),
        teacher: teacher.map(standardized),
        labels,
      }),
    }),
  },
  {
    name: 'temperatures exchanged',
    mistake: 'τ + δ softens the student and τ − δ the teacher',
    profile: 'dtkd',
    law: 'zero-at-multiples',
    loss: lossOf({ ...dtkd, temperatures: (v, u) => published(largest(u), largest(v)) }),
  },
  {
    name: 'one shared temperature',
    mistake: 'dynamic temperatures are computed and not used',
    profile: 'dtkd',
    law: 'zero-at-multiples',
    loss: lossOf(kd),
  },
  {
    name: 'dynamic student only',
    mistake: 'the teacher keeps τ',
    profile: 'dtkd',
    law: 'zero-at-multiples',
    loss: lossOf({
      ...dtkd,
      temperatures: (v, u) => ({ ...dtkd.temperatures(v, u), teacher: referenceTemperature }),
    }),
  },
  {
    name: 'factor 2 missing',
    mistake: 'xτ / (x + y) instead of 2xτ / (x + y): the temperatures sum to τ',
    profile: 'dtkd',
    law: 'temperatures-sum',
    loss: withTemperatures({ ...dtkd, temperatures: (v, u) => halved(dtkd.temperatures(v, u)) }),
  },
  {
    name: 'mean of the maxima',
    mistake: 'maxima of the batch, not of the row: one confident sample sets the temperatures of all',
    profile: 'dtkd',
    law: 'row-independence',
    loss: (student, teacher, labels) => {
      const shared = published(Math.max(...student.map(largest)), Math.max(...teacher.map(largest)))
      return lossOf({ ...dtkd, temperatures: () => shared })(student, teacher, labels)
    },
  },
  {
    name: 'largest magnitude',
    mistake: 'the norm of the paper’s equation 4 instead of the signed maximum of its code',
    profile: 'dtkd',
    law: 'temperatures-maxima-alone',
    loss: withTemperatures({ ...dtkd, temperatures: (v, u) => published(magnitude(v), magnitude(u)) }),
  },
  {
    name: 'log-sum-exp temperatures',
    mistake: 'sharpnesses instead of the maxima: 2 S(u) τ / (S(u) + S(v))',
    profile: 'dtkd',
    law: 'zero-at-multiples',
    loss: lossOf({ ...dtkd, temperatures: (v, u) => published(logSumExp(v), logSumExp(u)) }),
  },
  {
    name: 'erratum as the rule',
    mistake:
      'δ = τ max (u − v) / (u + v) over all classes, which the erratum names and which equalises nothing',
    seen: 'the erratum of JinYu1998/DTKD',
    profile: 'dtkd',
    law: 'temperatures-scaled-maxima',
    loss: withTemperatures({
      ...dtkd,
      temperatures: (v, u) => around(largest(v.map((y, i) => (u[i] - y) / (u[i] + y)))),
    }),
  },
  {
    name: 'range instead of the maximum',
    mistake: 'largest less smallest logit',
    profile: 'dtkd',
    law: 'temperatures-maxima-alone',
    loss: withTemperatures({
      ...dtkd,
      temperatures: (v, u) => published(largest(v) - Math.min(...v), largest(u) - Math.min(...u)),
    }),
  },
  {
    name: 'clamped temperatures',
    mistake: 'temperatures held between 1 and 2 τ − 1 for stability',
    profile: 'dtkd',
    law: 'zero-at-multiples',
    loss: lossOf({ ...dtkd, temperatures: (v, u) => clamped(dtkd.temperatures(v, u)) }),
  },
  {
    name: 'maxima held above a hundredth',
    mistake:
      'max(x, 0.01) against division by zero: samples with small largest logits get other temperatures',
    profile: 'dtkd',
    law: 'definition',
    loss: lossOf({
      ...dtkd,
      temperatures: (v, u) => published(Math.max(largest(v), 0.01), Math.max(largest(u), 0.01)),
    }),
  },
  {
    name: 'epsilon in the denominator',
    mistake: 'x + y + 10⁻³ against division by zero',
    profile: 'dtkd',
    law: 'temperatures-sum',
    loss: withTemperatures({
      ...dtkd,
      temperatures: (v, u) => {
        const sum = largest(v) + largest(u)
        const { student, teacher } = dtkd.temperatures(v, u)
        return { student: (student * sum) / (sum + 1e-3), teacher: (teacher * sum) / (sum + 1e-3) }
      },
    }),
  },
  {
    name: 'average of the temperatures',
    mistake: 'temperatures averaged over the batch',
    profile: 'dtkd',
    law: 'row-independence',
    loss: (student, teacher, labels) => {
      const all = student.map((v, n) => dtkd.temperatures(v, teacher[n]))
      const shared = {
        student: mean(all.map((each) => each.student)),
        teacher: mean(all.map((each) => each.teacher)),
      }
      return lossOf({ ...dtkd, temperatures: () => shared })(student, teacher, labels)
    },
  },
  {
    name: 'no guard',
    mistake: 'the published formula where a guard is claimed: negative temperatures turn the loss negative',
    profile: 'dtkd-guarded',
    law: 'non-negative',
    loss: lossOf(dtkd),
  },
  {
    name: 'guard of the whole batch',
    mistake: 'one unsound sample makes all samples fall back to τ',
    profile: 'dtkd-guarded',
    law: 'row-independence',
    loss: (student, teacher, labels) => {
      const sound = [...student, ...teacher].every((row) => largest(row) > 0)
      return lossOf(sound ? dtkd : kd)(student, teacher, labels)
    },
  },
  {
    name: 'guarded samples dropped',
    mistake: 'unsound samples count as 0',
    profile: 'dtkd-guarded',
    law: 'positive-apart',
    loss: lossOf({
      ...dtkdGuarded,
      factor: (temperatures) =>
        temperatures.student === temperatures.teacher ? 0 : dtkdGuarded.factor(temperatures),
    }),
  },
  {
    name: 'absolute temperatures',
    mistake: 'a negative temperature is made positive by its absolute value',
    profile: 'dtkd-guarded',
    law: 'temperatures-fallback',
    loss: withTemperatures({
      ...dtkd,
      temperatures: (v, u) => {
        const { student, teacher } = dtkd.temperatures(v, u)
        return { student: Math.abs(student), teacher: Math.abs(teacher) }
      },
    }),
  },
  {
    name: 'few halvings',
    mistake: 'the root is sought with six halvings: near, but not equal',
    profile: 'dtkd-exact',
    law: 'equal-sharpness',
    loss: withTemperatures({ ...dtkdExact, temperatures: (v, u) => equallySharp(v, u, 6) }),
  },
  {
    name: 'raw logits',
    mistake:
      'sharpness of raw logits, not of centred ones: the root depends on a constant that softmax does not see',
    profile: 'dtkd-exact',
    law: 'student-shift',
    loss: lossOf({ ...dtkdExact, temperatures: (v, u) => equallySharp(v, u, 52) }),
  },
  {
    name: 'published for exact',
    mistake: 'the published formula where equal sharpness is claimed',
    profile: 'dtkd-exact',
    law: 'student-shift',
    loss: lossOf(dtkdGuarded),
  },
]

function halved({ student, teacher }: { student: number; teacher: number }) {
  return { student: student / 2, teacher: teacher / 2 }
}

function clamped({ student, teacher }: { student: number; teacher: number }) {
  const clamp = (temperature: number) => Math.min(Math.max(temperature, 1), 2 * referenceTemperature - 1)
  return { student: clamp(student), teacher: clamp(teacher) }
}

/** τ − δ and τ + δ for δ = share · τ. */
function around(share: number) {
  return { student: referenceTemperature * (1 - share), teacher: referenceTemperature * (1 + share) }
}

function standardized(row: Row): Row {
  const centre = mean(row)
  const deviation = Math.sqrt(mean(row.map((value) => (value - centre) ** 2)))
  return row.map((value) => (value - centre) / (1e-7 + deviation))
}
