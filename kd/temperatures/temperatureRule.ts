import type { Tensor } from '../../engine/index.ts'
import * as option from '../option.ts'
import type { GivenOptions, SettingsOf } from '../options.ts'
import { dynamicTemperatureOptions, dynamicTemperatures } from './dynamicTemperatures.ts'
import { exactTemperatures } from './exactTemperatures.ts'
import { sharedTemperatures, type Temperatures } from './temperatures.ts'

/**
 * How a loss chooses its temperatures. Any rule works with any loss: DKD with `'published'` uses DTKD's temperatures.
 */
export const temperatureOptions = {
  /**
   * `'shared'`: τ everywhere; `'published'`: DTKD's formula, `dynamicTemperatures`; `'exact'`: equal sharpness,
   * `exactTemperatures`. Default `'shared'`; `'published'` for `dtkd`.
   */
  temperatures: option.oneOf(['shared', 'published', 'exact'], 'shared'),
  /** τ: with `'shared'` the temperature itself, otherwise the mean of a sample's two. Default 4. */
  referenceTemperature: option.number(4, { above: 0 }),
  /** How `'published'` treats rows where the formula breaks down. Default `'fallback'`. */
  guard: dynamicTemperatureOptions.guard,
  /**
   * Whether the student's gradient flows through the temperatures: `'attached'`, the default, as in the authors'
   * code, or `'detached'`.
   */
  gradients: option.oneOf(['attached', 'detached'], 'attached'),
}

export interface TemperatureOptions extends GivenOptions<typeof temperatureOptions> {}

type TemperatureSettings = SettingsOf<typeof temperatureOptions>

/** Computes the temperatures of a batch by the rule named in the options. */
export function temperaturesFor(
  studentLogits: Tensor,
  teacherLogits: Tensor,
  options: TemperatureSettings,
): Temperatures {
  const { student, teacher, guarded } = byRule(studentLogits, teacherLogits, options)
  return options.gradients === 'attached'
    ? { student, teacher, guarded }
    : { student: student.detach(), teacher: teacher.detach(), guarded }
}

function byRule(
  student: Tensor,
  teacher: Tensor,
  { temperatures, referenceTemperature, guard }: TemperatureSettings,
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
