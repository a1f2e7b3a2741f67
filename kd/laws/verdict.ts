import type { Counterexample } from '../../base/laws/law.ts'
import type { LossLaw } from './catalogue/lossLaw.ts'
import type { LossFailure } from './lossFailure.ts'

/**
 * The outcome of a law: it holds or is broken; it is broken as the profile declares, or not broken although it should
 * be; it failed, because the loss threw or gave no value; or it was not tested, because the loss lacks the part it needs
 * or something else is wrong that leaves nothing to judge.
 */
export type Outcome = 'holds' | 'broken' | 'broken as declared' | 'not broken' | 'failed' | 'not tested'

export interface LossVerdict {
  readonly law: LossLaw
  readonly outcome: Outcome
  readonly counterexample?: Counterexample | undefined
  /** Why the law failed. */
  readonly failure?: LossFailure
  /** Why the profile declares the law broken, or why it was not tested. */
  readonly reason?: string
}

/** Whether a verdict counts against the loss: a claimed law is broken, a law declared broken is not, or the loss fails. */
export function isBad({ outcome }: LossVerdict): boolean {
  return outcome === 'broken' || outcome === 'not broken' || outcome === 'failed'
}
