import { logSoftmax } from './formulas/rows.ts'
import type { LossObject, Rows } from './loss.ts'
import { returned } from './lossFailure.ts'

/** Losses whose arguments have other shapes, as losses that laws can check. */

type Awaitable<Value> = Value | Promise<Value>

/** A loss of tokens: logits [N, T, K] of both sides and labels [N, T]. The mean over all tokens that are not padding. */
export interface TokenLoss {
  readonly loss: (student: Rows[], teacher: Rows[], labels: number[][]) => Awaitable<number>
  /** ∂ loss / ∂ student logits [N, T, K]. */
  readonly gradient?: (student: Rows[], teacher: Rows[], labels: number[][]) => Awaitable<Rows[]>
  readonly dtype?: LossObject['dtype']
}

/**
 * A loss of tokens, for any profile: the rows of a batch become the tokens of sequences of the lengths 1, 2, 3, …, padded
 * to the same length with logits that must not matter, and the label `ignored` (−100, as in PyTorch). Its gradient throws
 * unless it is zero at the padding.
 */
export function tokens({ loss, gradient, dtype }: TokenLoss, { ignored = -100 } = {}): LossObject {
  const packed = (student: Rows, teacher: Rows, labels: number[]) => {
    const sequences = sequencesOf(labels.length)
    const longest = Math.max(...sequences.map(({ length }) => length)) + 1
    const padded = <Value>(list: readonly Value[], padding: (at: number) => Value) =>
      sequences.map((sequence, i) =>
        Array.from({ length: longest }, (_, at) => (at in sequence ? list[sequence[at]] : padding(i + at))),
      )
    const other = (at: number) => student[0].map((_, j) => junk(at + j))
    return [padded(student, other), padded(teacher, other), padded(labels, () => ignored)] as const
  }
  return {
    ...(dtype && { dtype }),
    loss: (...batch) => loss(...packed(...batch)),
    ...(gradient && {
      async gradient(...batch) {
        const found = await gradient(...packed(...batch))
        return sequencesOf(batch[2].length).flatMap((sequence, i) => {
          for (const row of found[i].slice(sequence.length)) demandZero('padding', row)
          return found[i].slice(0, sequence.length)
        })
      },
    }),
  }
}

/** Splits N numbers into sequences of the lengths 1, 2, 3, … */
function sequencesOf(count: number): number[][] {
  const sequences: number[][] = []
  for (let start = 0; start < count; start += sequences.length) {
    const length = Math.min(sequences.length + 1, count - start)
    sequences.push(Array.from({ length }, (_, at) => start + at))
  }
  return sequences
}

/** A loss with a mask [N]: the mean over the samples whose mask is 1. */
export interface MaskedLoss {
  readonly loss: (student: Rows, teacher: Rows, labels: number[], mask: number[]) => Awaitable<number>
  readonly gradient?: (student: Rows, teacher: Rows, labels: number[], mask: number[]) => Awaitable<Rows>
  readonly dtype?: LossObject['dtype']
}

/**
 * A loss with a mask, for any profile: samples that must not matter, with the mask 0 and the label 0 or `ignored`, stand
 * between those of the batch. Its gradient throws unless it is zero for them.
 */
export function masked({ loss, gradient, dtype }: MaskedLoss, { ignored = 0 } = {}): LossObject {
  const among = <Value>(list: readonly Value[], other: (n: number) => Value) =>
    list.flatMap((value, n) => (n % 2 === 0 ? [other(n), value] : [value]))
  const withOthers = (student: Rows, teacher: Rows, labels: number[]) => {
    const other = (n: number) => student[0].map((_, j) => junk(n + j))
    return [
      among(student, other),
      among(teacher, other),
      among(labels, () => ignored),
      among(new Array<number>(labels.length).fill(1), () => 0),
    ] as const
  }
  return {
    ...(dtype && { dtype }),
    loss: (...batch) => loss(...withOthers(...batch)),
    ...(gradient && {
      async gradient(...batch) {
        const given = withOthers(...batch)
        const found = await gradient(...given)
        for (const [n, row] of found.entries()) if (given[3][n] === 0) demandZero('a masked sample', row)
        return found.filter((_, n) => given[3][n] === 1)
      },
    }),
  }
}

/** A loss of targets [N, K], which are distributions, in place of a teacher and labels. */
export interface SoftLabelLoss {
  readonly loss: (student: Rows, targets: Rows) => Awaitable<number>
  readonly gradient?: (student: Rows, targets: Rows) => Awaitable<Rows>
  readonly dtype?: LossObject['dtype']
}

/**
 * A loss of soft labels: the targets are the softmax of the teacher's logits (profile `soft-cross-entropy`) or, with
 * `{ oneHot: true }`, the labels (profile `crossEntropy`).
 */
export function softLabels({ loss, gradient, dtype }: SoftLabelLoss, { oneHot = false } = {}): LossObject {
  const targets = (teacher: Rows, labels: number[]) =>
    teacher.map((row, n) =>
      oneHot ? row.map((_, j) => (j === labels[n] ? 1 : 0)) : logSoftmax(row).map(Math.exp),
    )
  return {
    ...(dtype && { dtype }),
    loss: (student, teacher, labels) => loss(student, targets(teacher, labels)),
    ...(gradient && {
      gradient: (student, teacher, labels) => gradient(student, targets(teacher, labels)),
    }),
  }
}

/** A loss of several teachers: their logits [M, N, K]. */
export interface SeveralTeachersLoss {
  readonly loss: (student: Rows, teachers: Rows[], labels: number[]) => Awaitable<number>
  readonly gradient?: (student: Rows, teachers: Rows[], labels: number[]) => Awaitable<Rows>
  readonly dtype?: LossObject['dtype']
}

/** A loss of M teachers (profile `multi-teacher` for two), which `teachersOf` makes of one. */
export function severalTeachers(
  { loss, gradient, dtype }: SeveralTeachersLoss,
  { count = 2 } = {},
): LossObject {
  const all = (teacher: Rows) =>
    Array.from({ length: count }, (_, m) => teacher.map((row) => teachersOf(row, count)[m]))
  return {
    ...(dtype && { dtype }),
    loss: (student, teacher, labels) => loss(student, all(teacher), labels),
    ...(gradient && {
      gradient: (student, teacher, labels) => gradient(student, all(teacher), labels),
    }),
  }
}

/**
 * Logits of M teachers, made of those of one: the first has them, and the others have a function of each logit of their
 * own, in no order that the first has, so that a permutation of the classes is one for all.
 */
export function teachersOf(row: readonly number[], count: number): number[][] {
  return Array.from({ length: count }, (_, m) =>
    row.map((logit) => (m === 0 ? logit : Math.round(256 * Math.sin((m + 2) * logit)) / 64)),
  )
}

/** Logits that must not matter; exact in float32. */
function junk(at: number): number {
  return ((at * 37) % 23) / 2 - 4
}

function demandZero(what: string, row: readonly number[]): void {
  if (row.some((value) => value !== 0)) throw returned('gradient', row, `0 for ${what}`)
}
