import type { Counterexample } from '../../base/laws/law.ts'
import type { LossLaw } from './catalogue/lossLaw.ts'

/**
 * The outcome of a law: it holds or is broken; it is broken as the profile declares, or not broken although it should
 * be; or it was not tested because the loss lacks the part it needs.
 */
export type Outcome = 'holds' | 'broken' | 'broken as declared' | 'not broken' | 'not tested'

export interface LossVerdict {
  readonly law: LossLaw
  readonly outcome: Outcome
  readonly counterexample?: Counterexample | undefined
  /** Why the profile declares the law broken, or which part of the loss is missing. */
  readonly reason?: string
}

/** Whether a verdict counts against the loss: a claimed law is broken, or a law declared broken is not. */
export function isBad({ outcome }: LossVerdict): boolean {
  return outcome === 'broken' || outcome === 'not broken'
}
