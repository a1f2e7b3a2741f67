import { centredRow, dot, largest, peakOf, type Row, scaled, softmax } from './rows.ts'

export interface SampleTemperatures {
  readonly student: number
  readonly teacher: number
}

/** A rule for the temperatures of a sample with student logits v and teacher logits u. */
export interface TemperatureRule {
  temperatures(v: Row, u: Row): SampleTemperatures
  /** ∂T_teacher / ∂v, which equals −∂T_student / ∂v: all rules keep the sum constant. */
  slope(v: Row, u: Row): number[]
  /** The allowed error |ΔT| of a solver, given the allowed gap in sharpness; 0 for a formula. */
  slack(v: Row, u: Row, gap: number): number
  /** Whether the temperatures are the same for all samples. */
  readonly isConstant: boolean
}

const formula = { slack: () => 0, isConstant: false }

/** τ on both sides. */
export function shared(tau: number): TemperatureRule {
  return {
    ...formula,
    isConstant: true,
    temperatures: () => ({ student: tau, teacher: tau }),
    slope: (v) => v.map(() => 0),
  }
}

/** DTKD's formula: 2 x τ / (x + y) and 2 y τ / (x + y), x and y the largest logits of teacher and student. */
export function published(tau: number): TemperatureRule {
  return {
    ...formula,
    temperatures(v, u) {
      const [y, x] = [largest(v), largest(u)]
      return { student: (2 * tau * y) / (x + y), teacher: (2 * tau * x) / (x + y) }
    },
    slope(v, u) {
      const [y, x] = [largest(v), largest(u)]
      const peak = peakOf(v)
      return v.map((_, j) => (j === peak ? (-2 * tau * x) / (x + y) ** 2 : 0))
    },
  }
}

/** DTKD's formula, or τ on both sides if one maximum is not positive. */
export function guarded(tau: number): TemperatureRule {
  const rule = (v: Row, u: Row) => (largest(v) > 0 && largest(u) > 0 ? published(tau) : shared(tau))
  return {
    ...formula,
    temperatures: (v, u) => rule(v, u).temperatures(v, u),
    slope: (v, u) => rule(v, u).slope(v, u),
  }
}

/** The same temperatures, detached. */
export function detached(rule: TemperatureRule): TemperatureRule {
  return { ...rule, slope: (v) => v.map(() => 0) }
}

/** The number of halvings of a bracket of radius ln K. */
const halvings = 8

/** The number of Newton steps that follow; each squares the error. */
const newtonSteps = 4

/**
 * Equal sharpness of centred rows: the root of f(δ) = S(u / (τ + δ)) − S(v / (τ − δ)), found in the variable
 * r = ln(T_teacher / T_student), which lies within ln K of ln(max u / max v). The slope follows from the implicit
 * function theorem.
 */
export function exact(tau: number): TemperatureRule {
  const at = (r: number) => ({
    teacher: (2 * tau) / (1 + Math.exp(-r)),
    student: (2 * tau) / (1 + Math.exp(r)),
  })
  /** f′(δ) = −E_p[u] / T_teacher² − E_q[v] / T_student². */
  const fall = (v: Row, u: Row, { student, teacher }: SampleTemperatures) => {
    const mean = (z: Row, temperature: number) =>
      dot(softmax(scaled(z, 1 / temperature)), z) / temperature ** 2
    return -mean(u, teacher) - mean(v, student)
  }
  const temperatures = remembered((student, teacher) => {
    const [v, u] = [centredRow(student), centredRow(teacher)]
    if (largest(v) === 0 || largest(u) === 0) return at(0)
    let r = Math.log(largest(u) / largest(v))
    let radius = Math.log(v.length)
    for (let step = 0; step < halvings; step++) {
      radius /= 2
      r += sharpnessGap(v, u, at(r)) > 0 ? radius : -radius
    }
    for (let step = 0; step < newtonSteps; step++) {
      const found = at(r)
      // dδ/dr = T_teacher T_student / 2τ. A row so flat that its gap is rounding noise stays in its bracket.
      const by = (sharpnessGap(v, u, found) * 2 * tau) / (fall(v, u, found) * found.teacher * found.student)
      r -= Math.abs(by) < 2 * radius ? by : 0
    }
    return at(r)
  })
  return {
    isConstant: false,
    temperatures,
    slope(v, u) {
      const found = temperatures(v, u)
      const perGap = 1 / found.student / fall(centredRow(v), centredRow(u), found)
      return softmax(scaled(v, 1 / found.student)).map((q) => (q - 1 / v.length) * perGap)
    },
    slack: (v, u, gap) => gap / -fall(centredRow(v), centredRow(u), temperatures(v, u)),
  }
}

/** Caches the last result for each row: laws request the temperatures of the same two rows repeatedly. */
function remembered(solve: (v: Row, u: Row) => SampleTemperatures): typeof solve {
  const found = new WeakMap<Row, { readonly u: Row; readonly answer: SampleTemperatures }>()
  return (v, u) => {
    const known = found.get(v)
    if (known?.u === u) return known.answer
    const answer = solve(v, u)
    found.set(v, { u, answer })
    return answer
  }
}

/** S(u / T_teacher) − S(v / T_student). */
export function sharpnessGap(v: Row, u: Row, { student, teacher }: SampleTemperatures): number {
  return sharpnessAt(u, teacher) - sharpnessAt(v, student)
}

/** S(z / T). */
function sharpnessAt(z: Row, temperature: number): number {
  const [inverse, most] = [1 / temperature, largest(z)]
  let sum = 0
  for (const value of z) sum += Math.exp((value - most) * inverse)
  return most * inverse + Math.log(sum)
}
