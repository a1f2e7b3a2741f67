import type { Counterexample } from '../../base/laws/law.ts'
import type { LossLaw } from './catalogue/lossLaw.ts'

/**
 * What came of a law: it holds, or is broken; it is broken as the profile says, or is not although it says so; or it
 * was not tested, as the loss does not offer what it is about.
 */
export type Outcome = 'holds' | 'broken' | 'broken as declared' | 'not broken' | 'not tested'

export interface LossVerdict {
  readonly law: LossLaw
  readonly outcome: Outcome
  readonly counterexample?: Counterexample | undefined
  /** Why the profile says that it breaks the law, or what the loss would have to offer. */
  readonly reason?: string
}

/** Whether a verdict speaks against the loss: a claimed law broken, or one declared broken that is not. */
export function isBad({ outcome }: LossVerdict): boolean {
  return outcome === 'broken' || outcome === 'not broken'
}
