import { batchLaws } from './batchLaws.ts'
import { classLaws } from './classLaws.ts'
import { decouplingLaws } from './decouplingLaws.ts'
import { definitionLaws } from './definitionLaws.ts'
import { exactTemperatureLaws } from './exactTemperatureLaws.ts'
import { gradientLaws } from './gradientLaws.ts'
import { logitLaws } from './logitLaws.ts'
import type { LossLaw } from './lossLaw.ts'
import { sharpnessLaws } from './sharpnessLaws.ts'
import { symmetryLaws } from './symmetryLaws.ts'
import { temperatureChangeLaws } from './temperatureChangeLaws.ts'
import { temperatureLaws } from './temperatureLaws.ts'
import { zeroLaws } from './zeroLaws.ts'

/** All laws by topic. */
export const lawsByTopic: Readonly<Record<string, readonly LossLaw[]>> = {
  'the value': definitionLaws,
  zeros: zeroLaws,
  invariances: symmetryLaws,
  classes: classLaws,
  'the logits': logitLaws,
  'decoupled terms': decouplingLaws,
  'the batch': batchLaws,
  'the gradient': gradientLaws,
  temperatures: temperatureLaws,
  'invariances of temperatures': temperatureChangeLaws,
  'exact temperatures': exactTemperatureLaws,
  sharpness: sharpnessLaws,
}

export const lossLaws: readonly LossLaw[] = Object.values(lawsByTopic).flat()
