import type { Observer } from '../../train/index.ts'

/** A display of training progress. */
export interface Progress {
  /** Returns an observer that displays the training run of this name. */
  observe(name: string): Observer
  /** Restores the terminal, also after an interrupted training run. */
  close(): void
}
