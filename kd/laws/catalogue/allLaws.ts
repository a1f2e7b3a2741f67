import { batchLaws } from './batchLaws.ts'
import { decouplingLaws } from './decouplingLaws.ts'
import { definitionLaws } from './definitionLaws.ts'
import { exactTemperatureLaws } from './exactTemperatureLaws.ts'
import { gradientLaws } from './gradientLaws.ts'
import type { LossLaw } from './lossLaw.ts'
import { sharpnessLaws } from './sharpnessLaws.ts'
import { symmetryLaws } from './symmetryLaws.ts'
import { temperatureChangeLaws } from './temperatureChangeLaws.ts'
import { temperatureLaws } from './temperatureLaws.ts'
import { zeroLaws } from './zeroLaws.ts'

/** All laws, by what they speak of. */
export const lawsByTopic: Readonly<Record<string, readonly LossLaw[]>> = {
  'the value': definitionLaws,
  'where it is zero': zeroLaws,
  'what it does not see': symmetryLaws,
  'decoupled terms': decouplingLaws,
  'the batch': batchLaws,
  'the gradient': gradientLaws,
  temperatures: temperatureLaws,
  'what temperatures do not see': temperatureChangeLaws,
  'exact temperatures': exactTemperatureLaws,
  sharpness: sharpnessLaws,
}

export const lossLaws: readonly LossLaw[] = Object.values(lawsByTopic).flat()
