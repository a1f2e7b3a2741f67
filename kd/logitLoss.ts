import { anObject, check } from '../base/arguments.ts'
import type { Tensor } from '../engine/index.ts'
import { type Batch, composeLoss, type Distillation, openBatch, type Weighted } from './distillation.ts'
import * as option from './option.ts'
import { type GivenOptions, resolveOptions, type SettingsOf } from './options.ts'
import { type LogitOptions, logitOptions } from './standardised.ts'
import {
  type TemperatureOptions,
  temperatureOptions,
  temperaturesFor,
} from './temperatures/temperatureRule.ts'
import type { Temperatures } from './temperatures/temperatures.ts'
import { type WarmUpOptions, warmUpOptions } from './warmUp.ts'

/** The options that losses of logits have in common. */
export const logitLossOptions = {
  /** Weight of the cross entropy with the labels. Default 1; 0.1 for `kd`. */
  crossEntropyWeight: option.number(1, { min: 0 }),
  ...warmUpOptions,
  ...temperatureOptions,
  ...logitOptions,
}

// The groups come first: editors show an option's comment where it is declared, not where it is spread.
export interface LogitLossOptions
  extends WarmUpOptions,
    TemperatureOptions,
    LogitOptions,
    GivenOptions<typeof logitLossOptions> {}

/** What the terms of a loss are computed from. */
export interface SoftenedBatch extends Pick<Batch, 'student' | 'teacher'> {
  readonly temperatures: Temperatures
}

/**
 * A loss of logits as its name, options and terms make it: brings both sides' logits [N, K] to the scale that the options
 * ask for, finds their temperatures, and adds the weighted terms to the cross entropy; see `composeLoss`.
 */
export function logitLoss<Options extends typeof logitLossOptions>(
  name: string,
  options: Options,
  [studentLogits, teacherLogits, labels]: readonly [student: Tensor, teacher: Tensor, labels: Tensor],
  given: GivenOptions<Options> & Pick<WarmUpOptions, 'epoch'>,
  terms: (batch: SoftenedBatch, settings: SettingsOf<Options>) => Readonly<Record<string, Weighted>>,
): Distillation {
  check(name, 'options', given, anObject)
  const { epoch, ...others } = given
  const settings = resolveOptions(name, options, others)
  const { student, teacher, sharpness } = openBatch(name, studentLogits, teacherLogits, labels, settings)
  const temperatures = temperaturesFor(student, teacher, settings)
  const weighted = terms({ student, teacher, temperatures }, settings)
  const { crossEntropyWeight, warmUp } = settings
  const frame = { studentLogits, labels, epoch, crossEntropyWeight, warmUp }
  return { ...composeLoss(weighted, frame), temperatures, sharpness }
}
