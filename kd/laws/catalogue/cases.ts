import fc from 'fast-check'
import { type LogitBatch, type LogitsConstraints, logitsPair } from '../arbitraries.ts'
import { permuted } from '../formulas/rows.ts'
import type { Profile } from '../profile.ts'
import type { Subject } from '../subject.ts'
import { differs } from './lossLaw.ts'

/** The tolerance of laws about values. */
export const rounding =
  'twice the first-order bound of rounding in log-softmax, KL and the mean: unit roundoff × T² × (8 max|z|/T + 2K + 6 + 2 ln K)'

/** The batches for which a profile is defined, and those that it or its user asks for. */
export const domainOf = ({ maxima, draws }: Profile): LogitsConstraints & Pick<Profile, 'maxima'> => ({
  ...draws,
  maxima,
})

/** For batches of rows for which the profile is defined. */
export const batches = (profile: Profile) => logitsPair(domainOf(profile))

/** For cases of a batch and an additional value. */
export const withMore = <Case>(batch: fc.Arbitrary<LogitBatch>, drawn: fc.Arbitrary<Case>) =>
  fc.record({ batch, drawn })

/** Complains unless two batches have the same loss. */
export async function sameValue(
  subject: Subject,
  name: string,
  other: LogitBatch,
  batch: LogitBatch,
): Promise<string | undefined> {
  return differs(
    name,
    await subject.value(other),
    'L(v, u, t)',
    await subject.value(batch),
    subject.rounding(batch) + subject.rounding(other),
  )
}

/** Permutes the classes of each side, and the labels with the teacher's. */
export function reordered(batch: LogitBatch, ofStudent: number[], ofTeacher: number[]): LogitBatch {
  return {
    student: batch.student.map((row) => permuted(row, ofStudent)),
    teacher: batch.teacher.map((row) => permuted(row, ofTeacher)),
    labels: batch.labels.map((label) => ofTeacher.indexOf(label)),
  }
}
