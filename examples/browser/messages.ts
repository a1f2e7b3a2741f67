import type { Setting } from './setting.ts'
import type { SeenImage } from './sight.ts'
import type { Step } from './training.ts'

/** What the page tells the worker. */
export type Order =
  /** A new student. The teacher is trained first if there is none yet. */
  | { readonly kind: 'start'; readonly setting: Setting }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  /** Ends whatever is under way; a teacher that has learned stays. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'pace'; readonly slow: boolean }

/** What the worker tells the page. */
export type News =
  /** A network starts to learn. */
  | {
      readonly kind: 'started'
      readonly who: Learner
      readonly steps: number
      /** What computes, in words. */
      readonly executor: string
    }
  /** The steps since the last time, and the newest batch of a student. */
  | {
      readonly kind: 'progress'
      readonly steps: readonly Numbers[]
      readonly batch?: readonly SeenImage[]
    }
  | { readonly kind: 'finished'; readonly who: Learner }
  | { readonly kind: 'failed'; readonly message: string }

export type Learner = 'teacher' | 'student'

/** What is left of a step. */
export type Numbers = Omit<Step, 'sight'>
