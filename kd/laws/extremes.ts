import fc from 'fast-check'
import { type LogitBatch, type LogitsConstraints, logitsPair } from './arbitraries.ts'
import { clear, farFromZero, type Maxima } from './corners.ts'
import { position } from './drawnRow.ts'
import { type Row, scaled, shifted } from './formulas/rows.ts'
import { type Precision, unitRoundoff } from './precision.ts'
import type { Profile } from './profile.ts'

/** The powers of two that scale logits at the extremes. */
export interface Range {
  readonly huge: number
  readonly tiny: number
}

/**
 * The largest and smallest logits of a precision. Losses in float64 get the range of float32; the others get numbers
 * whose squares they can hold or, if the derivative passes through temperatures, the products x³ of `dy · v · x / (x + y)²`.
 */
export function rangeOf(precision: Precision, { rule }: Pick<Profile, 'rule'>): Range {
  if (precision === 'float64') return { huge: 2 ** 124, tiny: 2 ** -139 }
  return rule === undefined || rule.isConstant
    ? { huge: 2 ** 50, tiny: 2 ** -50 }
    : { huge: 2 ** 34, tiny: 2 ** -44 }
}

/**
 * The same up to the size at which one rounding of a logit, and so of ln Σ exp, changes a probability by 2⁻¹⁰ of itself:
 * above it, z − ln Σ exp z is not a logarithm of a probability.
 */
export function accurateRangeOf(precision: Precision, profile: Pick<Profile, 'rule'>): Range {
  const { huge, tiny } = rangeOf(precision, profile)
  return { huge: Math.min(huge, 2 ** -13 / unitRoundoff[precision]), tiny }
}

/**
 * For extreme batches: one class ahead by 10⁴ on one side or both, all logits shifted by 10⁴, all huge, or all tiny.
 */
export function extremePair(
  { huge, tiny }: Range,
  constraints: LogitsConstraints & { maxima: Maxima },
): fc.Arbitrary<LogitBatch> {
  const ahead = (row: Row, at: number) => row.map((value, i) => value + (i === at % row.length ? 1e4 : 0))
  const all = (change: (row: Row, at: number) => Row) => ({ student: change, teacher: change })
  const same = (row: Row) => row
  const extremes = [
    { student: ahead, teacher: same },
    { student: same, teacher: ahead },
    all(ahead),
    { student: ahead, teacher: (row: Row, at: number) => ahead(row, at + 1) },
    all((row) => shifted(row, 1e4)),
    all((row) => scaled(row, 100)),
    all((row) => scaled(row, huge)),
    // Each guard falls back below its own ε.
    ...(constraints.maxima === 'not both negative' ? [] : [all((row) => scaled(row, tiny))]),
  ]
  const start = constraints.maxima === 'not both negative' ? clear : same
  return fc
    .record({
      batch: logitsPair({ corners: farFromZero, ...constraints }),
      extreme: fc.constantFrom(...extremes),
      at: position,
    })
    .map(({ batch: { student, teacher, labels }, extreme, at }) => ({
      student: student.map((row) => [...extreme.student(start(row), at)]),
      teacher: teacher.map((row) => [...extreme.teacher(start(row), at)]),
      labels,
    }))
}
