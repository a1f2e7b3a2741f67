import {
  add,
  broadcastTo,
  multiply,
  reshape,
  sigmoid,
  subtract,
  type Tensor,
  tensor,
} from '../../engine/index.ts'
import { checkTensors } from '../../nn/arguments.ts'
import { constant, Parameter } from '../../nn/index.ts'
import { defineMethod } from '../defineMethod.ts'
import { composeLoss, type Distillation, prepareLogits } from '../distillation.ts'
import { temperedDivergence } from '../klDivergence.ts'
import { type LogitLesson, LogitMethod } from '../method.ts'
import * as option from '../option.ts'
import { type SettingsOf, withDefaults } from '../options.ts'
import { sharedTemperatures } from '../temperatures/temperatures.ts'
import { featureOptions } from './featureMethod.ts'

export const ctkdOptions = {
  ...withDefaults(featureOptions, { weight: 0.9, crossEntropyWeight: 0.1 }),
  /** τ_init. Default 1. */
  smallestTemperature: option.number(1, { above: 0 }),
  /** τ_range. Default 20. */
  temperatureRange: option.number(20, { min: 0 }),
  /** Epochs until the reversed gradient reaches its full magnitude. Default 10. */
  rampEpochs: option.scaledEpochs(10),
}

type CtkdSettings = SettingsOf<typeof ctkdOptions>

/**
 * Curriculum temperature: KD at one temperature, learned adversarially. Gradient ascent moves it to where the
 * divergence is larger, with a strength that increases over the first epochs:
 *
 *     T = τ_init + τ_range σ(θ),   θ ← θ + lr λ(epoch) ∂L/∂θ        λ(e) = (1 − cos(π min(e / E, 1))) / 2
 *
 * with θ = 1 initially and E = `rampEpochs`. Source: Li et al. (arXiv 2211.16231) and their code, which has this global
 * temperature but not the paper's temperature per sample, predicted by a small network. θ is trained like the student's
 * weights, with the same momentum and weight decay.
 */
class Ctkd extends LogitMethod {
  readonly temperature = new Parameter([], constant(1))
  readonly #settings: CtkdSettings

  constructor(settings: CtkdSettings) {
    super()
    this.#settings = settings
  }

  protected override loss({ student, teacher, labels, epoch }: LogitLesson): Distillation {
    const { smallestTemperature, temperatureRange, rampEpochs, weight, crossEntropyWeight } = this.#settings
    const prepared = prepareLogits('ctkd', student.logits, teacher.logits, labels, { logits: 'raw' })
    const strength = curriculum(epoch, rampEpochs)
    const theta = reverseGradient(this.temperature, tensor(strength, { dtype: this.temperature.dtype }))
    const temperature = add(multiply(sigmoid(theta), temperatureRange), smallestTemperature)
    const column = broadcastTo(reshape(temperature, [1, 1]), [labels.size, 1])
    const temperatures = { ...sharedTemperatures(student.logits, 1), student: column, teacher: column }
    const frame = { studentLogits: student.logits, labels, epoch, crossEntropyWeight }
    const kd = temperedDivergence(prepared.student, prepared.teacher, temperatures)
    return { ...composeLoss({ kd: [kd, weight] }, frame), temperatures, sharpness: prepared.sharpness }
  }
}

function curriculum(epoch: number, rampEpochs: number): number {
  return (1 - Math.cos(Math.PI * Math.min(epoch / rampEpochs, 1))) / 2
}

/** Returns x, with its gradient multiplied by −strength. Source: Ganin, Lempitsky (arXiv 1409.7495). */
export function reverseGradient(x: Tensor, strength: Tensor): Tensor {
  checkTensors('reverseGradient', { x, strength })
  const value = x.detach()
  return subtract(value, multiply(subtract(x, value), strength))
}

export const ctkd = defineMethod({
  name: 'ctkd',
  description: 'curriculum temperature: one temperature, trained adversarially to the student',
  paper: 'Li et al., AAAI 2023, arXiv 2211.16231',
  options: ctkdOptions,
  needsFeatures: false,
  build: (settings) => new Ctkd(settings),
})
