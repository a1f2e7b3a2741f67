import { anObject, check } from '../base/arguments.ts'
import type { Tensor } from '../engine/index.ts'
import {
  composeLoss,
  type Distillation,
  type PreparedLogits,
  prepareLogits,
  type Weighted,
} from './distillation.ts'
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

/** The options common to all logit losses. */
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

/** The logits and temperatures from which the terms of a loss are computed. */
export interface TermInputs extends Pick<PreparedLogits, 'student' | 'teacher'> {
  readonly temperatures: Temperatures
}

/**
 * Computes a logit loss from its name, options and terms: scales the logits [N, K] of both sides as the options say,
 * computes their temperatures and adds the weighted terms to the cross entropy; see `composeLoss`.
 */
export function logitLoss<Options extends typeof logitLossOptions>(
  name: string,
  options: Options,
  [studentLogits, teacherLogits, labels]: readonly [student: Tensor, teacher: Tensor, labels: Tensor],
  given: GivenOptions<Options> & Pick<WarmUpOptions, 'epoch'>,
  terms: (inputs: TermInputs, settings: SettingsOf<Options>) => Readonly<Record<string, Weighted>>,
): Distillation {
  check(name, 'options', given, anObject)
  const { epoch, ...others } = given
  const settings = resolveOptions(name, options, others)
  const { student, teacher, sharpness } = prepareLogits(name, studentLogits, teacherLogits, labels, settings)
  const temperatures = temperaturesFor(student, teacher, settings)
  const weighted = terms({ student, teacher, temperatures }, settings)
  const { crossEntropyWeight, warmUp } = settings
  const frame = { studentLogits, labels, epoch, crossEntropyWeight, warmUp }
  return { ...composeLoss(weighted, frame), temperatures, sharpness }
}
