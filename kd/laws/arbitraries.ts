import fc from 'fast-check'
import {
  centredRow,
  largest,
  logSoftmax,
  magnitude,
  peakOf,
  type Row,
  scaled,
  shifted,
} from './formulas/rows.ts'
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

/** The rows for which a profile is defined. Generated rows are adjusted to meet the condition rather than discarded. */
export type Maxima =
  /** All rows. */
  | 'any'
  /** The largest logit of each side is positive. */
  | 'positive'
  /** Not both largest logits are negative: guards differ in their treatment of that case. */
  | 'not both negative'
  /** No row is constant. */
  | 'spread'

export interface LogitsConstraints {
  /** The number of samples. Default 1 to 3 (included). */
  rows?: { min: number; max: number }
  /** The number of classes. Default 2 to 6 (included), and sometimes 1,000. */
  classes?: { min: number; max: number }
  /** Largest magnitude of a logit. Default 8. */
  size?: number | undefined
  /** Default `'any'`. */
  maxima?: Maxima
  /** The corner cases to draw. Default: all. */
  corners?: readonly Corner[]
  /** Draws the batches in place of `logitsPair`, for a loss whose rows are of another kind. */
  draw?: DrawBatches
}

/** An arbitrary of batches that keeps to the constraints it is given. */
export type DrawBatches = (constraints: LogitsConstraints) => fc.Arbitrary<LogitBatch>

/** A corner case that breaks real code. */
export type Corner = keyof typeof corners

interface Pair {
  readonly student: Row
  readonly teacher: Row
}

/** The number of classes drawn; fewer are a prefix of them, more repeat them. */
const drawnClasses = 6

const corners = {
  none: (pair: Pair) => pair,
  equal: ({ teacher }: Pair) => ({ student: teacher, teacher }),
  multiple: ({ teacher }: Pair) => ({ student: scaled(teacher, 2), teacher }),
  fraction: ({ teacher }: Pair) => ({ student: scaled(teacher, 0.25), teacher }),
  'ties for the maximum': ({ student, teacher }: Pair) => ({
    student: tied(student),
    teacher: tied(teacher),
  }),
  'all equal': ({ student, teacher }: Pair) => ({ student: student.map(() => student[0]), teacher }),
  'all negative': ({ student, teacher }: Pair) => ({
    student: negative(student),
    teacher: negative(teacher),
  }),
  'opposite maxima': ({ student, teacher }: Pair) => ({ student: negative(student), teacher }),
  'maxima near zero': ({ student, teacher }: Pair) => ({
    student: shifted(student, 2 ** -9 - largest(student)),
    teacher: shifted(teacher, 2 ** -10 - largest(teacher)),
  }),
  'log-probabilities': ({ student, teacher }: Pair) => ({
    student: logSoftmax(student),
    teacher: logSoftmax(teacher),
  }),
} satisfies Record<string, (pair: Pair) => Pair>

const allCorners = Object.keys(corners) as Corner[]

/** With a largest logit of 10⁴ on one side, one near 0 has a share below 10⁻⁶, which guards may treat differently. */
const farFromZero = allCorners.filter((corner) => corner !== 'maxima near zero')

function tied(row: Row): number[] {
  return row.with((peakOf(row) + 1) % row.length, largest(row))
}

function negative(row: Row): number[] {
  return shifted(row, -1 - largest(row))
}

/** The smallest change that makes rows meet each condition. */
const made: Record<Maxima, (pair: Pair) => Pair> = {
  any: (pair) => pair,
  positive: ({ student, teacher }) => ({ student: raised(student), teacher: raised(teacher) }),
  'not both negative': ({ student, teacher }) => ({
    student,
    teacher: largest(student) < 0 && largest(teacher) < 0 ? raised(teacher) : teacher,
  }),
  spread: ({ student, teacher }) => ({ student: spread(student), teacher: spread(teacher) }),
}

function raised(row: Row): Row {
  return largest(row) > 0 ? row : shifted(row, 1 - largest(row))
}

function spread(row: Row): Row {
  return magnitude(centredRow(row)) < 0.5 ? row.with(0, row[0] + 1) : row
}

/** For one logit: integers and multiples of 1/64, exact in float32; shrinks to 0. */
export function logit({ size = 8 }: { size?: number | undefined } = {}): fc.Arbitrary<number> {
  return fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.integer({ min: -size, max: size }), weight: 2 },
    { arbitrary: fc.integer({ min: -64 * size, max: 64 * size }).map((count) => count / 64), weight: 3 },
  )
}

/** For one row of logits [K]. */
export function logits({
  classes = { min: 2, max: 6 },
  size,
}: LogitsConstraints = {}): fc.Arbitrary<number[]> {
  return fc.array(logit({ size }), { minLength: classes.min, maxLength: classes.max })
}

/** For a temperature between 1/4 and 16; shrinks to 1. */
export function temperature(): fc.Arbitrary<number> {
  return fc.constantFrom(1, 2, 4, 8, 16, 0.5, 0.25)
}

/** For labels of N samples over K classes. */
export function labels({ samples, classes }: { samples: number; classes: number }): fc.Arbitrary<number[]> {
  return fc.array(fc.nat({ max: classes - 1 }), { minLength: samples, maxLength: samples })
}

/** For permutations of six classes; `orderOf` adapts one to K classes. */
export const order: fc.Arbitrary<number[]> = fc.shuffledSubarray(
  Array.from({ length: drawnClasses }, (_, i) => i),
  { minLength: drawnClasses, maxLength: drawnClasses },
)

/** Adapts a permutation of six classes to K: indices below K in that order, the rest in place. */
export function orderOf(drawn: readonly number[], classes: number): number[] {
  const kept = drawn.filter((i) => i < classes)
  return Array.from({ length: classes }, (_, i) => kept[i] ?? i)
}

/**
 * For batches of student and teacher logits with labels: generic rows and corner cases that meet the condition
 * `maxima`. Shrinks to one sample, two classes and integers.
 */
export function logitsPair({ draw, ...constraints }: LogitsConstraints = {}): fc.Arbitrary<LogitBatch> {
  if (draw) return draw(constraints)
  const { rows = { min: 1, max: 3 }, size, maxima = 'any', corners: visited = allCorners } = constraints
  const row = fc.array(logit({ size }), { minLength: drawnClasses, maxLength: drawnClasses })
  const sample = fc.record({
    student: row,
    teacher: row,
    label: fc.nat({ max: 997 }),
    corner: fc.oneof(
      { withCrossShrink: true },
      { arbitrary: fc.constant<Corner>('none'), weight: 3 },
      { arbitrary: fc.constantFrom(...visited), weight: 2 },
    ),
  })
  return fc
    .record({ classes: classesOf(constraints), samples: listOf(sample, rows) })
    .map(({ classes, samples }) => {
      const pairs = samples.map(({ student, teacher, corner }) =>
        made[maxima](
          corners[corner]({ student: fitted(student, classes), teacher: fitted(teacher, classes) }),
        ),
      )
      return {
        student: pairs.map(({ student }) => student.map(plain)),
        teacher: pairs.map(({ teacher }) => teacher.map(plain)),
        labels: samples.map(({ label }) => label % classes),
      }
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
      list: fc.array(value, { maxLength: max }),
      spare: fc.array(value, { minLength: min, maxLength: min }),
    })
    .map(({ list, spare }) => [...list, ...spare.slice(list.length)])
}

function classesOf({ classes }: LogitsConstraints): fc.Arbitrary<number> {
  if (classes) return fc.integer(classes)
  return fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.integer({ min: 2, max: drawnClasses }), weight: 24 },
    { arbitrary: fc.constant(1000), weight: 1 },
  )
}

function fitted(row: Row, classes: number): number[] {
  return Array.from({ length: classes }, (_, i) => row[i % row.length])
}

/** Replaces −0 by 0: it only clutters counterexamples. */
function plain(value: number): number {
  return value === 0 ? 0 : value
}

/** For batches in which both largest logits are positive, as the published temperatures require. */
export function positiveMaxima(constraints: LogitsConstraints = {}): fc.Arbitrary<LogitBatch> {
  return logitsPair({ ...constraints, maxima: 'positive' })
}

/** Moves a row's largest logit at least 1 away from 0, where the temperatures of a guarded formula jump. */
function clear(row: Row): number[] {
  const most = largest(row)
  return Math.abs(most) < 1 ? shifted(row, 1 - most) : [...row]
}

/**
 * For batches without nearby kinks, for numeric derivatives: the student's largest logit exceeds the others by at least
 * 1/2, and no maximum is within 1 of 0. At most six classes.
 */
export function smoothPair(constraints: LogitsConstraints = {}): fc.Arbitrary<LogitBatch> {
  const standingOut = (row: Row) => row.with(peakOf(row), largest(row) + (largest(row) < -1 ? 0.5 : 1))
  return logitsPair({ classes: { min: 2, max: drawnClasses }, ...constraints }).map(
    ({ student, teacher, labels }) => ({
      student: student.map((row) => clear(standingOut(row))),
      teacher: teacher.map(clear),
      labels,
    }),
  )
}

/** The powers of two that scale logits at the extremes. */
export interface Range {
  readonly huge: number
  readonly tiny: number
}

/** The range of float32 for losses that compute in float64; values that float32 can square for others. */
export const ranges: Readonly<Record<'float64' | 'float32', Range>> = {
  float64: { huge: 2 ** 124, tiny: 2 ** -146 },
  float32: { huge: 2 ** 50, tiny: 2 ** -50 },
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
      batch: logitsPair({ classes: { min: 2, max: drawnClasses }, corners: farFromZero, ...constraints }),
      extreme: fc.constantFrom(...extremes),
      at: fc.nat({ max: drawnClasses - 1 }),
    })
    .map(({ batch: { student, teacher, labels }, extreme, at }) => ({
      student: student.map((row) => [...extreme.student(start(row), at)]),
      teacher: teacher.map((row) => [...extreme.teacher(start(row), at)]),
      labels,
    }))
}
