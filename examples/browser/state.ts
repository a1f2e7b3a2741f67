import type { Run } from './runs.ts'
import type { Setting } from './setting.ts'
import type { SeenImage } from './sight.ts'

/** What the page is doing. */
export type Phase = 'idle' | 'running' | 'paused' | 'finished'

/** Everything that the page shows. */
export interface State {
  phase: Phase
  /** Of the student that is learning, or will after the teacher. */
  setting: Setting
  teacher?: Run
  /** The newest last; earlier ones stay to be compared with. */
  students: Run[]
  /** Which of them is learning, or was the last to. */
  current?: Run
  /** The newest batch of the student. */
  batch?: readonly SeenImage[]
  /** Why it went wrong. */
  failure?: string
}
