import type { Observer } from '../../train/index.ts'

/** Shows how trainings get on. */
export interface Progress {
  /** Follows the training of this name. */
  observe(name: string): Observer
  /** Leaves the terminal as it was, also when a training was cut short. */
  close(): void
}
