import type { LogitBatch } from './arbitraries.ts'
import { largest, type Row } from './formulas/rows.ts'

/** What traits are read from; found in one pass, because every case is surveyed. */
export interface Survey {
  readonly labels: readonly number[]
  readonly classes: number
  readonly student: readonly Peak[]
  readonly teacher: readonly Peak[]
  /** Whether student and teacher have the same row, in each sample. */
  readonly isEqual: readonly boolean[]
  /** The kinds of logits that occur. */
  readonly kinds: ReadonlySet<LogitKind>
}

/** The largest logit of a row: its value, its first class, and how many classes have it. */
interface Peak {
  readonly value: number
  readonly at: number
  readonly count: number
}

/** The kinds of a logit. */
const kinds = [
  'zero',
  'below 2⁻²⁰',
  'whole up to 8',
  'fractions up to 8',
  'above 8',
  'above 1,000',
  'above 10⁶',
  '−∞',
  '+∞',
  'NaN',
] as const

type LogitKind = (typeof kinds)[number]

export function surveyOf({ student, teacher, labels }: LogitBatch): Survey {
  const found = kinds.map(() => false)
  for (const rows of [student, teacher]) {
    for (const row of rows) for (const value of row) found[kindOf(value)] = true
  }
  return {
    labels,
    classes: student[0].length,
    student: student.map(peakIn),
    teacher: teacher.map(peakIn),
    isEqual: student.map((row, n) => row.every((value, j) => value === teacher[n][j])),
    kinds: new Set(kinds.filter((_, kind) => found[kind])),
  }
}

/** The index among `kinds`. */
function kindOf(value: number): number {
  const size = Math.abs(value)
  if (size === 0) return 0
  if (size < 2 ** -20) return 1
  if (size <= 8) return Number.isInteger(value) ? 2 : 3
  if (size <= 1000) return 4
  if (size <= 1e6) return 5
  if (size < Number.POSITIVE_INFINITY) return 6
  if (Number.isNaN(value)) return 9
  return value < 0 ? 7 : 8
}

function peakIn(row: Row): Peak {
  const value = largest(row)
  let count = 0
  for (const each of row) if (each === value) count++
  return { value, at: row.indexOf(value), count }
}

/** A property of a batch that a loss may depend on by mistake; in a batch of several samples, that of any of them. */
export type Trait = (survey: Survey) => boolean

function inRange(count: (survey: Survey) => number, least: number, most = least): Trait {
  return (survey) => count(survey) >= least && count(survey) <= most
}

const samples = ({ labels }: Survey) => labels.length
const classes = (survey: Survey) => survey.classes

/** Where a class of each sample stands. */
function placesOf(placed: (survey: Survey) => readonly number[]) {
  const some =
    (is: (at: number, classes: number) => boolean): Trait =>
    (survey) =>
      placed(survey).some((at) => is(at, survey.classes))
  return {
    'the first class': some((at) => at === 0),
    'between first and last': some((at, count) => at > 0 && at < count - 1),
    'the last class': some((at, count) => at === count - 1),
    'beyond the sixth': some((at) => at > 5),
  }
}

function peaksOf(side: 'student' | 'teacher') {
  const some =
    (is: (peak: Peak, classes: number) => boolean): Trait =>
    (survey) =>
      survey[side].some((peak) => is(peak, survey.classes))
  return {
    ...placesOf((survey) => survey[side].map(({ at }) => at)),
    tied: some(({ count }) => count > 1),
    'tied by all': some(({ count }, all) => count === all),
    negative: some(({ value }) => value < 0),
    'zero or positive': some(({ value }) => value >= 0),
  }
}

/** Compares the classes of a sample: its label, and those of the two largest logits. */
function together(is: (label: number, student: number, teacher: number) => boolean): Trait {
  return ({ labels, student, teacher }) => labels.some((label, n) => is(label, student[n].at, teacher[n].at))
}

/** All traits that are counted, by topic. */
export const traits: Readonly<Record<string, Readonly<Record<string, Trait>>>> = {
  samples: {
    'N = 1': inRange(samples, 1),
    'N = 2': inRange(samples, 2),
    'N = 3': inRange(samples, 3),
    'N = 4–8': inRange(samples, 4, 8),
    'N = 9–64': inRange(samples, 9, 64),
    'N > 64': inRange(samples, 65, Number.POSITIVE_INFINITY),
  },
  classes: {
    'K = 2': inRange(classes, 2),
    'K = 3–6': inRange(classes, 3, 6),
    'K = 7–9': inRange(classes, 7, 9),
    'K = 10': inRange(classes, 10),
    'K = 11–99': inRange(classes, 11, 99),
    'K = 100': inRange(classes, 100),
    'K = 101–128': inRange(classes, 101, 128),
    'K = 129–999': inRange(classes, 129, 999),
    'K = 1,000': inRange(classes, 1000),
    'K > 1,000': inRange(classes, 1001, Number.POSITIVE_INFINITY),
  },
  label: {
    ...placesOf(({ labels }) => labels),
    'the student’s largest logit': together((label, student) => label === student),
    'the teacher’s largest logit': together((label, _, teacher) => label === teacher),
    'neither of them': together((label, student, teacher) => label !== student && label !== teacher),
  },
  'student’s largest logit': peaksOf('student'),
  'teacher’s largest logit': peaksOf('teacher'),
  'both sides': {
    equal: ({ isEqual }) => isEqual.includes(true),
    'largest logits in one class': together((_, student, teacher) => student === teacher),
    'in different classes': together((_, student, teacher) => student !== teacher),
  },
  logits: Object.fromEntries(kinds.map((kind) => [kind, ({ kinds }) => kinds.has(kind)])),
}
