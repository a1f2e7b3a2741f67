import type { Run } from './runs.ts'
import type { Setting } from './setting.ts'
import type { SeenImage } from './sight.ts'

/** The activity of the page. */
export type Phase = 'idle' | 'running' | 'paused' | 'finished'

/** Everything that the page shows. */
export interface State {
  phase: Phase
  /** Setting of the student that is being trained, or will be after the teacher. */
  setting: Setting
  teacher?: Run | undefined
  /** Students, the newest last; earlier ones stay for comparison. */
  students: Run[]
  /** The run that is being trained, or was last. */
  current?: Run | undefined
  /** The newest batch of the student. */
  batch?: readonly SeenImage[] | undefined
  /** The error message, if something failed. */
  failure?: string | undefined
}
