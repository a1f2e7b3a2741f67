import type { Mutant } from './mutant.ts'
import {
  dkd,
  dtkd,
  kd,
  logSoftmax,
  lossOf,
  type Parts,
  type Row,
  referenceTemperature,
  scaled,
  type Temperatures,
  total,
  without,
} from './plain.ts'

/** How the gradient of a loss with respect to the student's logits is made. */
export interface Slopes {
  /** ∂D/∂z for the student's softened logits z. */
  readonly slope: (logP: Row, logQ: Row, label: number) => Row
  /** What it is multiplied by: the factor of the loss over the student's temperature, for z = v / T_student. */
  readonly scale: (temperatures: Temperatures) => number
  /** What the temperatures, which follow the student's largest logit, add there. */
  readonly attached: (sample: Sample) => number
  /** At which of several largest logits. */
  readonly where: (v: Row) => number[]
  /** By how many samples it is divided. */
  readonly count: (samples: number) => number
}

interface Sample {
  readonly v: Row
  readonly u: Row
  readonly temperatures: Temperatures
  readonly logP: Row
  readonly logQ: Row
}

/** A loss with the gradient that these slopes make. */
export function withGradient(parts: Parts, { slope, scale, attached, where, count }: Slopes) {
  const gradient = (student: readonly Row[], teacher: readonly Row[], labels: readonly number[]) =>
    student.map((v, n) => {
      const u = teacher[n]
      const temperatures = parts.temperatures(v, u)
      const logP = logSoftmax(scaled(u, 1 / temperatures.teacher))
      const logQ = logSoftmax(scaled(v, 1 / temperatures.student))
      const share = 1 / count(student.length)
      const direct = scaled(slope(logP, logQ, labels[n]), scale(temperatures) * share)
      const places = where(v)
      const more = (attached({ v, u, temperatures, logP, logQ }) * share) / places.length
      return direct.map((value, j) => (places.includes(j) ? value + more : value))
    })
  return { loss: lossOf(parts), gradient }
}

/** Of the divergence at fixed temperatures: q − p. */
export const kdSlopes: Slopes = {
  slope: (logP, logQ) => logQ.map((value, j) => Math.exp(value) - Math.exp(logP[j])),
  scale: ({ student, teacher }) => (student * teacher) / student,
  attached: () => 0,
  where: (v) => [v.indexOf(Math.max(...v))],
  count: (samples) => samples,
}

/** Of TCKD + 8 NCKD: (q_t − p_t) (1_t − q̂) + 8 (q̂ − p̂), with p̂ and q̂ the softmaxes over the other classes. */
export const dkdSlopes: Slopes = {
  ...kdSlopes,
  slope: (logP, logQ, label) => {
    const surplus = Math.exp(logQ[label]) - Math.exp(logP[label])
    const p = logSoftmax(without(logP, label)).map(Math.exp)
    const q = logSoftmax(without(logQ, label)).map(Math.exp)
    return q.map((value, j) => 8 * (value - p[j]) - surplus * value).toSpliced(label, 0, surplus)
  },
}

/** The same as for the divergence, and at the largest logit y what comes through both temperatures. */
export const dtkdSlopes: Slopes = {
  ...kdSlopes,
  attached: ({ v, u, temperatures: { student, teacher }, logP, logQ }) => {
    const [p, q] = [logP.map(Math.exp), logQ.map(Math.exp)]
    const mean = (weights: Row, values: Row) => total(weights.map((weight, i) => weight * values[i]))
    const covariance = (a: Row, b: Row) => {
      const [expectedA, expectedB] = [mean(p, a), mean(p, b)]
      return total(p.map((weight, i) => weight * (a[i] - expectedA) * (b[i] - expectedB)))
    }
    const divergence = dtkd.divergence(logP, logQ, 0)
    const [x, y] = [Math.max(...u), Math.max(...v)]
    const byStudent = teacher * divergence + (teacher / student) * (mean(p, v) - mean(q, v))
    const byTeacher =
      student * divergence - (student / teacher) * (covariance(u, u) / teacher - covariance(u, v) / student)
    return ((2 * referenceTemperature * x) / (x + y) ** 2) * (byStudent - byTeacher)
  },
}

/** The right value with the wrong gradient. */
export const gradients: readonly Mutant[] = [
  {
    name: 'sign of the gradient',
    mistake: 'p − q: training climbs',
    profile: 'kd',
    law: 'gradient-is-numeric',
    loss: withGradient(kd, { ...kdSlopes, slope: (logP, logQ) => kdSlopes.slope(logQ, logP, 0) }),
  },
  {
    name: 'gradient without temperature',
    mistake: 'q − p instead of T (q − p)',
    profile: 'kd',
    law: 'gradient-is-numeric',
    loss: withGradient(kd, { ...kdSlopes, scale: () => 1 }),
  },
  {
    name: 'gradient with temperature squared',
    mistake: 'T² (q − p): the inner derivative 1 / T is missing',
    profile: 'kd',
    law: 'gradient-is-numeric',
    loss: withGradient(kd, { ...kdSlopes, scale: ({ student, teacher }) => student * teacher }),
  },
  {
    name: 'gradient summed over the batch',
    mistake: 'the value is a mean, the gradient that of a sum',
    profile: 'kd',
    law: 'gradient-is-numeric',
    loss: withGradient(kd, { ...kdSlopes, count: () => 1 }),
  },
  {
    name: 'detached temperatures',
    mistake: 'the temperatures are detached where attached ones are claimed',
    profile: 'dtkd',
    law: 'gradient-is-numeric',
    loss: withGradient(dtkd, { ...dtkdSlopes, attached: () => 0 }),
  },
  {
    name: 'half attached',
    mistake: 'only the student’s temperature carries gradient, the teacher’s is detached with its logits',
    profile: 'dtkd',
    law: 'gradient-is-numeric',
    loss: withGradient(dtkd, {
      ...dtkdSlopes,
      attached: (sample) => dtkdSlopes.attached(sample) + throughTeacher(sample),
    }),
  },
  {
    name: 'gradient at the teacher’s class',
    mistake: 'what comes through the temperatures lands at the teacher’s largest logit',
    profile: 'dtkd',
    law: 'gradient-off-the-maximum',
    loss: withGradient(dtkd, { ...dtkdSlopes, where: (v) => [v.length - 1] }),
  },
  {
    name: 'gradient exchanged',
    mistake: 'the teacher’s temperature in the direct term: T_student (q − p)',
    profile: 'dtkd',
    law: 'gradient-is-numeric',
    loss: withGradient(dtkd, { ...dtkdSlopes, scale: ({ student }) => student }),
  },
  {
    name: 'gradient of the coupled divergence',
    mistake: 'q − p where TCKD + 8 NCKD is the value',
    profile: 'dkd',
    law: 'gradient-is-numeric',
    loss: withGradient(dkd, kdSlopes),
  },
  {
    name: 'no gradient to the target',
    mistake: 'the mask of NCKD hides the target from TCKD’s gradient too',
    profile: 'dkd',
    law: 'gradient-sums-to-zero',
    loss: withGradient(dkd, {
      ...dkdSlopes,
      slope: (logP, logQ, label) => dkdSlopes.slope(logP, logQ, label).with(label, 0),
    }),
  },
  {
    name: 'gradient of a reversed divergence',
    mistake: 'the value was mended to KL(p ‖ q), its hand-written gradient was not',
    profile: 'kd',
    law: 'gradient-is-numeric',
    loss: withGradient(kd, {
      ...kdSlopes,
      slope: (logP, logQ) => {
        const q = logQ.map(Math.exp)
        const mean = total(q.map((value, i) => value * (logQ[i] - logP[i])))
        return q.map((value, i) => value * (logQ[i] - logP[i] - mean))
      },
    }),
  },
]

/** What comes through the teacher's temperature alone. */
function throughTeacher({ v, u, temperatures, logQ }: Sample): number {
  const step = 1e-5
  const [x, y] = [Math.max(...u), Math.max(...v)]
  const value = (at: number) => {
    const teacher = (2 * referenceTemperature * x) / (x + at)
    return teacher * temperatures.student * dtkd.divergence(logSoftmax(scaled(u, 1 / teacher)), logQ, 0)
  }
  return -(value(y + step) - value(y - step)) / (2 * step)
}
