import type { Tensor } from '../../engine/index.ts'
import type { Choice } from '../options.ts'
import { dynamicTemperatures } from './dynamicTemperatures.ts'
import { exactTemperatures } from './exactTemperatures.ts'
import { sharedTemperatures, type Temperatures } from './temperatures.ts'

/** How a loss picks its temperatures. Any rule goes with any loss: DTKD's inside DKD is `'published'` there. */
export interface TemperatureOptions {
  /** τ: the temperature itself with `'shared'`, else the mean of a sample's two. Default 4. */
  referenceTemperature?: number
  /**
   * `'shared'`: τ for all; `'published'`: DTKD's formula, `dynamicTemperatures`; `'exact'`: equal sharpness,
   * `exactTemperatures`.
   */
  temperatures?: Choice<'temperatures'>
  /** What `'published'` does with rows where it breaks down. Default `'fallback'`. */
  guard?: Choice<'guard'>
  /**
   * Whether the student's gradient flows through the temperatures: `'attached'`, the default, as in the authors'
   * code, or `'detached'`.
   */
  gradients?: Choice<'gradients'>
}

/** What the losses agree on. */
export const temperatureDefaults = {
  referenceTemperature: 4,
  guard: 'fallback',
  gradients: 'attached',
} as const

/** The temperatures of a batch by the rule that the options name. */
export function temperaturesFor(
  studentLogits: Tensor,
  teacherLogits: Tensor,
  options: Required<TemperatureOptions>,
): Temperatures {
  const { student, teacher, guarded } = byRule(studentLogits, teacherLogits, options)
  return options.gradients === 'attached'
    ? { student, teacher, guarded }
    : { student: student.detach(), teacher: teacher.detach(), guarded }
}

function byRule(
  student: Tensor,
  teacher: Tensor,
  { temperatures, referenceTemperature, guard }: Required<TemperatureOptions>,
): Temperatures {
  switch (temperatures) {
    case 'shared':
      return sharedTemperatures(student, referenceTemperature)
    case 'published':
      return dynamicTemperatures(student, teacher, { referenceTemperature, guard })
    case 'exact':
      return exactTemperatures(student, teacher, { referenceTemperature })
  }
}
