import fc from 'fast-check'
import { type LogitBatch, type LogitsConstraints, logitsPair, roundedBatch } from './arbitraries.ts'
import { clear, farFromZero, type Maxima } from './corners.ts'
import { position } from './drawnRow.ts'
import { type Precision, unitRoundoff } from './floats.ts'
import { type Row, scaled, shifted } from './formulas/rows.ts'
import type { Profile } from './profile.ts'

/** The powers of two that scale logits at the extremes, and by how much one class leads. */
export interface Range {
  readonly huge: number
  readonly tiny: number
  readonly lead: number
}

/** The factors that leave numbers whose squares or, with temperatures that depend on the logits, cubes are finite. */
const factors: Readonly<Record<Precision, Record<'squares' | 'cubes', Pick<Range, 'huge' | 'tiny'>>>> = {
  // The range of float32.
  float64: { squares: { huge: 2 ** 124, tiny: 2 ** -139 }, cubes: { huge: 2 ** 124, tiny: 2 ** -139 } },
  float32: { squares: { huge: 2 ** 50, tiny: 2 ** -50 }, cubes: { huge: 2 ** 34, tiny: 2 ** -44 } },
  float16: { squares: { huge: 2 ** 3, tiny: 2 ** -4 }, cubes: { huge: 2 ** 2, tiny: 2 ** -3 } },
  bfloat16: { squares: { huge: 2 ** 50, tiny: 2 ** -50 }, cubes: { huge: 2 ** 34, tiny: 2 ** -44 } },
}

/** Logits are drawn up to this magnitude, and then scaled. */
const usualSize = 8

const rangeUpTo = ({ huge, tiny }: Pick<Range, 'huge' | 'tiny'>): Range => ({
  huge,
  tiny,
  lead: Math.min(1e4, usualSize * huge),
})

/**
 * The largest and smallest logits of a precision. Losses in float64 get the range of float32; the others get numbers
 * whose squares they can hold or, if the derivative passes through temperatures, the products x³ of `dy · v · x / (x + y)²`.
 */
export function rangeOf(precision: Precision, { rule }: Pick<Profile, 'rule'>): Range {
  return rangeUpTo(factors[precision][rule === undefined || rule.isConstant ? 'squares' : 'cubes'])
}

/**
 * The same up to the size at which one rounding of a logit, and so of ln Σ exp, changes a probability by 2⁻¹⁰ of itself,
 * or in half precision, where larger logits than 2 would be out of reach, by 1/8: above it, z − ln Σ exp z is not a
 * logarithm of a probability.
 */
export function accurateRangeOf(precision: Precision, profile: Pick<Profile, 'rule'>): Range {
  const { huge, tiny } = rangeOf(precision, profile)
  const change = unitRoundoff[precision] > 2 ** -12 ? 2 ** -3 : 2 ** -10
  return rangeUpTo({ huge: Math.min(huge, change / unitRoundoff[precision] / usualSize), tiny })
}

/**
 * For extreme batches: one class ahead by 10⁴ (or what the range allows) on one side or both, all logits shifted by as
 * much, all huge, or all tiny.
 */
export function extremePair(
  { huge, tiny, lead }: Range,
  constraints: LogitsConstraints & { maxima: Maxima },
): fc.Arbitrary<LogitBatch> {
  const ahead = (row: Row, at: number) => row.map((value, i) => value + (i === at % row.length ? lead : 0))
  const all = (change: (row: Row, at: number) => Row) => ({ student: change, teacher: change })
  const same = (row: Row) => row
  const extremes = [
    { student: ahead, teacher: same },
    { student: same, teacher: ahead },
    all(ahead),
    { student: ahead, teacher: (row: Row, at: number) => ahead(row, at + 1) },
    all((row) => shifted(row, lead)),
    all((row) => scaled(row, Math.min(100, huge))),
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
    .map(({ batch: { student, teacher, labels }, extreme, at }) => {
      const batch = {
        student: student.map((row) => [...extreme.student(start(row), at)]),
        teacher: teacher.map((row) => [...extreme.teacher(start(row), at)]),
        labels,
      }
      return roundedBatch(batch, constraints.precision)
    })
}
