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

/** A corner case that breaks real code. */
export type Corner = keyof typeof corners

/** The logits of one sample. */
export interface Pair {
  readonly student: Row
  readonly teacher: Row
}

/** Makes each corner case of a sample; `at` chooses a class. */
export const corners = {
  none: (pair: Pair) => pair,
  equal: ({ teacher }: Pair) => ({ student: teacher, teacher }),
  multiple: ({ teacher }: Pair) => ({ student: scaled(teacher, 2), teacher }),
  fraction: ({ teacher }: Pair) => ({ student: scaled(teacher, 0.25), teacher }),
  'ties for the maximum': ({ student, teacher }: Pair, at: number) => ({
    student: tied(student, at),
    teacher: tied(teacher, at),
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
} satisfies Record<string, (pair: Pair, at: number) => Pair>

export const allCorners = Object.keys(corners) as Corner[]

/** With a largest logit of 10⁴ on one side, one near 0 has a share below 10⁻⁶, which guards may treat differently. */
export const farFromZero = allCorners.filter((corner) => corner !== 'maxima near zero')

/** Raises a class at any distance from the largest to the same value. */
function tied(row: Row, at: number): number[] {
  return row.with((peakOf(row) + 1 + (at % (row.length - 1))) % row.length, largest(row))
}

function negative(row: Row): number[] {
  return shifted(row, -1 - largest(row))
}

/** The smallest change that makes rows meet each condition. */
export const made: Record<Maxima, (pair: Pair) => Pair> = {
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

/** Moves a row's largest logit at least 1 away from 0, where the temperatures of a guarded formula jump. */
export function clear(row: Row): number[] {
  const most = largest(row)
  return Math.abs(most) < 1 ? shifted(row, 1 - most) : [...row]
}
