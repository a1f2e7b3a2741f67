import type { HostLoss } from '../../../../kd/laws/loss.ts'
import type { ProfileName } from '../../../../kd/laws/profiles.ts'

/** A wrong loss: one mistake that somebody could make, and many did. */
export interface Mutant {
  readonly name: string
  /** What its author did. */
  readonly mistake: string
  /** Where it was seen. */
  readonly seen?: string
  /** The profile that it claims. */
  readonly profile: ProfileName
  /** The law that its author would expect to catch it. */
  readonly law: string
  readonly loss: HostLoss
}
