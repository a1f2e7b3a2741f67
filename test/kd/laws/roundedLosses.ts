import { type Precision, type Rows, rounded } from '../../../kd/laws/index.ts'

type Row = readonly number[]

/** What a mistake can replace. */
export interface Steps {
  /** The factor of the divergence at two temperatures. */
  readonly factor: (student: number, teacher: number) => number
  /** What precedes the exponentials. */
  readonly shift: (z: Row) => number
  /** From the sum of the values of the samples to the loss. */
  readonly reduce: (sum: number, samples: number) => number
}

const right: Steps = {
  factor: (student, teacher) => student * teacher,
  shift: (z) => Math.max(...z),
  reduce: (sum, samples) => sum / samples,
}

/**
 * KD or DTKD at τ = 4, every result of which is rounded to a precision; sums are rounded once, as processors accumulate
 * them in float32.
 */
export function roundedLoss(precision: Precision, isDynamic: boolean, steps: Partial<Steps> = {}) {
  const { factor, shift, reduce } = { ...right, ...steps }
  const round = (value: number) => rounded(value, precision)
  const sum = (values: Row) => round(values.reduce((total, value) => total + value, 0))
  const soften = (z: Row, temperature: number) => z.map((value) => round(value / temperature))
  const logSoftmax = (z: Row) => {
    const most = shift(z)
    const below = z.map((value) => round(value - most))
    const logSum = round(Math.log(sum(below.map((value) => round(Math.exp(value))))))
    return below.map((value) => round(value - logSum))
  }
  const temperatures = (v: Row, u: Row) => {
    if (!isDynamic) return { student: 4, teacher: 4 }
    const [y, x] = [Math.max(...v), Math.max(...u)]
    const both = round(x + y)
    return { student: round(round(8 * y) / both), teacher: round(round(8 * x) / both) }
  }
  const logarithms = (v: Row, u: Row) => {
    const { student, teacher } = temperatures(v, u)
    return { student, teacher, logP: logSoftmax(soften(u, teacher)), logQ: logSoftmax(soften(v, student)) }
  }
  const loss = (students: Rows, teachers: Rows) => {
    const values = students.map((v, n) => {
      const { student, teacher, logP, logQ } = logarithms(v, teachers[n])
      const terms = logP.map((value, i) => round(round(Math.exp(value)) * round(value - logQ[i])))
      return round(round(factor(student, teacher)) * sum(terms))
    })
    return round(reduce(sum(values), values.length))
  }
  const gradient = (students: Rows, teachers: Rows) =>
    students.map((v, n) => {
      const { logP, logQ } = logarithms(v, teachers[n])
      const surplus = logQ.map((value, i) => round(round(Math.exp(value)) - round(Math.exp(logP[i]))))
      return surplus.map((value) => round(round(4 * value) / students.length))
    })
  return isDynamic ? { loss } : { loss, gradient }
}
