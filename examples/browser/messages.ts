import type { Setting } from './setting.ts'
import type { SeenImage } from './sight.ts'
import type { Step } from './training.ts'

/** Messages from the page to the worker. */
export type Order =
  /** Trains a new student, after the teacher if there is none yet. */
  | { readonly kind: 'start'; readonly setting: Setting }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  /** Stops the current training; a trained teacher stays. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'pace'; readonly slow: boolean }

/** Messages from the worker to the page. */
export type News =
  /** The training of a network starts. */
  | {
      readonly kind: 'started'
      readonly who: Learner
      readonly steps: number
      /** Description of the executor. */
      readonly executor: string
    }
  /** The steps since the last message, and the newest batch of a student. */
  | {
      readonly kind: 'progress'
      readonly steps: readonly Numbers[]
      readonly batch?: readonly SeenImage[] | undefined
    }
  | { readonly kind: 'finished'; readonly who: Learner }
  | { readonly kind: 'failed'; readonly message: string }

export type Learner = 'teacher' | 'student'

/** The recorded part of a step. */
export type Numbers = Omit<Step, 'sight'>
