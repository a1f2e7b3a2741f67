import fc from 'fast-check'
import { type Batch, logitsPair } from '../arbitraries.ts'
import type { Profile } from '../profile.ts'
import type { Subject } from '../subject.ts'
import { differs } from './lossLaw.ts'

/** The tolerance of laws about values. */
export const rounding =
  'twice the first-order bound of rounding in log-softmax, KL and the mean: unit × T² × (8 max|z|/T + 2K + 6 + 2 ln K)'

/** Batches of the rows that the profile speaks of. */
export const batches = ({ maxima }: Profile) => logitsPair({ maxima })

/** Cases of a batch and something more. */
export const withMore = <Case>(batch: fc.Arbitrary<Batch>, drawn: fc.Arbitrary<Case>) =>
  fc.record({ batch, drawn })

/** Complains unless two batches have one loss. */
export async function sameValue(
  subject: Subject,
  name: string,
  other: Batch,
  batch: Batch,
): Promise<string | undefined> {
  return differs(
    name,
    await subject.value(other),
    'L(v, u, t)',
    await subject.value(batch),
    subject.rounding(batch) + subject.rounding(other),
  )
}
