import { centredRow, largest, peakOf, type Row, scaled, softmax } from './rows.ts'

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

/** Newton's method takes five to eight steps; rows so flat that their gap is rounding noise never settle. */
const mostSteps = 40

/**
 * Equal sharpness of centred rows: the root of f(δ) = S(u / (τ + δ)) − S(v / (τ − δ)), found in the variable
 * r = ln(T_teacher / T_student), which lies within ln K of ln(max u / max v). Newton's steps that leave the bracket are
 * replaced by halvings. The slope follows from the implicit function theorem.
 */
export function exact(tau: number): TemperatureRule {
  const at = (r: number) => ({
    teacher: (2 * tau) / (1 + Math.exp(-r)),
    student: (2 * tau) / (1 + Math.exp(r)),
  })
  const temperatures = remembered((student, teacher) => {
    const [v, u] = [centredRow(student), centredRow(teacher)]
    if (largest(v) === 0 || largest(u) === 0) return at(0)
    let r = Math.log(largest(u) / largest(v))
    let [low, high] = [r - Math.log(v.length), r + Math.log(v.length)]
    for (let step = 0; step < mostSteps; step++) {
      const found = at(r)
      const { gap, slope } = gapAt(v, u, found)
      if (gap > 0) low = r
      else high = r
      // dδ/dr = T_teacher T_student / 2τ
      const next = r - (gap * 2 * tau) / (slope * found.teacher * found.student)
      const isSettled = Math.abs(next - r) <= Number.EPSILON * Math.max(1, Math.abs(r))
      r = next >= low && next <= high ? next : (low + high) / 2
      if (isSettled) break
    }
    return at(r)
  })
  /** f′ at the root, which is negative. */
  const fall = (v: Row, u: Row) => gapAt(centredRow(v), centredRow(u), temperatures(v, u)).slope
  return {
    isConstant: false,
    temperatures,
    slope(v, u) {
      const { student } = temperatures(v, u)
      const perGap = 1 / student / fall(v, u)
      return softmax(scaled(v, 1 / student)).map((q) => (q - 1 / v.length) * perGap)
    },
    slack: (v, u, gap) => gap / -fall(v, u),
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
export function sharpnessGap(v: Row, u: Row, temperatures: SampleTemperatures): number {
  return gapAt(v, u, temperatures).gap
}

/** The gap, and its derivative −E_p[u] / T_teacher² − E_q[v] / T_student² by δ. */
function gapAt(v: Row, u: Row, { student, teacher }: SampleTemperatures): { gap: number; slope: number } {
  const [ofTeacher, ofStudent] = [sharpnessAt(u, teacher), sharpnessAt(v, student)]
  return { gap: ofTeacher.sharpness - ofStudent.sharpness, slope: -ofTeacher.fall - ofStudent.fall }
}

/** S(z / T), and E[z] / T² under its softmax, by which it falls in T. */
function sharpnessAt(z: Row, temperature: number): { sharpness: number; fall: number } {
  const [inverse, most] = [1 / temperature, largest(z)]
  let sum = 0
  let weighted = 0
  for (const value of z) {
    const weight = Math.exp((value - most) * inverse)
    sum += weight
    weighted += weight * value
  }
  return { sharpness: most * inverse + Math.log(sum), fall: (weighted / sum) * inverse ** 2 }
}
