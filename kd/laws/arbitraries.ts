import fc from 'fast-check'
import { allCorners, type Corner, clear, corners, type Maxima, made } from './corners.ts'
import { drawnRow, headClasses, position, rowOf } from './drawnRow.ts'
import { type Precision, rounded } from './floats.ts'
import { largest, peakOf, type Row } from './formulas/rows.ts'
import type { Arguments, Rows } from './loss.ts'

/** Logits of both sides and the labels of one batch. */
export interface LogitBatch {
  readonly student: Rows
  readonly teacher: Rows
  readonly labels: number[]
}

/** Returns a copy of a batch as arguments; the callee may overwrite it. */
export function argumentsOf({ student, teacher, labels }: LogitBatch): Arguments {
  return [student.map((row) => [...row]), teacher.map((row) => [...row]), [...labels]]
}

export interface LogitsConstraints {
  /** The number of samples. Default 1 to 3 (included), and now and then up to 64. */
  rows?: { min: number; max: number }
  /** The number of classes. Default 2 to 128 (included), often 2 to 6, 10 or 100, and now and then 1,000. */
  classes?: { min: number; max: number }
  /** Largest magnitude of a logit. Default 8. */
  size?: number | undefined
  /** Default `'any'`. */
  maxima?: Maxima
  /** The format of the logits: their loss gets no others. Default float64. */
  precision?: Precision | undefined
  /** The corner cases to draw. Default: all. */
  corners?: readonly Corner[]
  /** Draws the batches in place of `logitsPair`, for a loss whose rows are of another kind. */
  draw?: DrawBatches
}

/** An arbitrary of batches that keeps to the constraints it is given. */
export type DrawBatches = (constraints: LogitsConstraints) => fc.Arbitrary<LogitBatch>

/** For one row of logits [K], each a number of its own. */
export function logits({ classes, size }: LogitsConstraints = {}): fc.Arbitrary<number[]> {
  return fc
    .record({ classes: classesOf(classes), row: drawnRow({ size }) })
    .map(({ classes, row }) => rowOf(row, classes))
}

/** For a temperature between 1/4 and 16; shrinks to 1. */
export function temperature(): fc.Arbitrary<number> {
  return fc.constantFrom(1, 2, 4, 8, 16, 0.5, 0.25)
}

/** For labels of N samples over K classes. */
export function labels({ samples, classes }: { samples: number; classes: number }): fc.Arbitrary<number[]> {
  return fc.array(fc.nat({ max: classes - 1 }), { minLength: samples, maxLength: samples })
}

/**
 * For batches of student and teacher logits with labels: generic rows and corner cases that meet the condition
 * `maxima`. Shrinks to one sample, two classes and integers.
 */
export function logitsPair({ draw, ...constraints }: LogitsConstraints = {}): fc.Arbitrary<LogitBatch> {
  if (draw) return draw(constraints)
  const { rows, classes, size, maxima = 'any', precision, corners: visited = allCorners } = constraints
  const row = drawnRow({ size })
  const sample = fc.record({
    student: row,
    teacher: row,
    label: position,
    corner: fc.oneof(
      { withCrossShrink: true },
      { arbitrary: fc.constant<Corner>('none'), weight: 3 },
      { arbitrary: fc.constantFrom(...visited), weight: 2 },
    ),
  })
  return fc
    .record({ classes: classesOf(classes), samples: samplesOf(sample, rows) })
    .map(({ classes, samples }) => {
      const pairs = samples.map(({ student, teacher, corner, label }) =>
        made[maxima](
          corners[corner]({ student: rowOf(student, classes), teacher: rowOf(teacher, classes) }, label),
        ),
      )
      const batch = {
        student: pairs.map(({ student }) => student.map(plain)),
        teacher: pairs.map(({ teacher }) => teacher.map(plain)),
        labels: samples.map(({ label }) => label % classes),
      }
      return roundedBatch(batch, precision)
    })
}

/**
 * Like `fc.array`, but may shrink to any of its entries: `fc.array` with a minimum length only drops the first ones.
 */
function listOf<Value>(
  value: fc.Arbitrary<Value>,
  { min, max }: { min: number; max: number },
): fc.Arbitrary<Value[]> {
  return fc
    .record({
      list: fc.array(value, { maxLength: max, size: 'max' }),
      spare: fc.array(value, { minLength: min, maxLength: min }),
    })
    .map(({ list, spare }) => [...list, ...spare.slice(list.length)])
}

/** Few samples, most of the time: a law that many break is broken by few, which are easier to read. */
function samplesOf<Value>(
  value: fc.Arbitrary<Value>,
  rows: LogitsConstraints['rows'],
): fc.Arbitrary<Value[]> {
  if (rows) return listOf(value, rows)
  return fc.oneof(
    { withCrossShrink: true },
    { arbitrary: listOf(value, { min: 1, max: 3 }), weight: 19 },
    { arbitrary: listOf(value, { min: 1, max: 64 }), weight: 1 },
  )
}

/** What depends on the number of classes, such as padding or a limit, shows at sizes of every order of magnitude. */
function classesOf(classes: LogitsConstraints['classes']): fc.Arbitrary<number> {
  if (classes) return fc.integer(classes)
  const large = fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.integer({ min: 2, max: 128 }), weight: 18 },
    { arbitrary: fc.constantFrom(10, 100), weight: 9 },
    { arbitrary: fc.integer({ min: 129, max: 999 }), weight: 1 },
    { arbitrary: fc.constant(1000), weight: 1 },
  )
  return fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.integer({ min: 2, max: headClasses }), weight: 3 },
    { arbitrary: large, weight: 2 },
  )
}

/** Rounds the logits of a batch to a format. */
export function roundedBatch(batch: LogitBatch, precision: Precision = 'float64'): LogitBatch {
  if (precision === 'float64') return batch
  const all = (rows: Rows) => rows.map((row) => row.map((value) => rounded(value, precision)))
  return { ...batch, student: all(batch.student), teacher: all(batch.teacher) }
}

/** Replaces −0 by 0: it only clutters counterexamples. */
function plain(value: number): number {
  return value === 0 ? 0 : value
}

/** For batches in which both largest logits are positive, as the published temperatures require. */
export function positiveMaxima(constraints: LogitsConstraints = {}): fc.Arbitrary<LogitBatch> {
  return logitsPair({ ...constraints, maxima: 'positive' })
}

/**
 * For batches without nearby kinks, for numeric derivatives: the student's largest logit exceeds the others by at least
 * 1/2, and no maximum is within 1 of 0.
 */
export function smoothPair(constraints: LogitsConstraints = {}): fc.Arbitrary<LogitBatch> {
  const standingOut = (row: Row) => row.with(peakOf(row), largest(row) + (largest(row) < -1 ? 0.5 : 1))
  return logitsPair(constraints).map(({ student, teacher, labels }) => {
    const smooth = {
      student: student.map((row) => clear(standingOut(row))),
      teacher: teacher.map(clear),
      labels,
    }
    return roundedBatch(smooth, constraints.precision)
  })
}
