import { demand } from '../../base/errors.ts'
import {
  abs,
  adaptiveAveragePool2d,
  divide,
  equal,
  erf,
  exp,
  greater,
  lessEqual,
  logicalOr,
  maximum,
  mean,
  multiply,
  reshape,
  square,
  subtract,
  sum,
  type Tensor,
  where,
} from '../../engine/index.ts'
import { checkTensors } from '../../nn/arguments.ts'
import { BatchNorm2d, Conv2d, kaimingNormal, type Module, Sequential } from '../../nn/index.ts'
import { defineMethod } from '../defineMethod.ts'
import { sizeOfMaps, stagesFromLast, sumOverStages } from '../maps.ts'
import type { TaughtLesson, TaughtPair } from '../method.ts'
import * as option from '../option.ts'
import { type SettingsOf, withDefaults } from '../options.ts'
import { FeatureMethod, featureOptions } from './featureMethod.ts'

export const ofdOptions = {
  ...withDefaults(featureOptions, { weight: 0.001 }),
  /** The statistics with which the teacher's batch norm normalises: `'batch'`, the default, or `'running'`. */
  teacherStatistics: option.oneOf(['batch', 'running'], 'batch'),
}

type OfdSettings = SettingsOf<typeof ofdOptions>

/**
 * Overhaul of feature distillation: compares maps before their ReLUs, and ignores differences that the ReLU removes.
 * With a margin m < 0 for each channel, the average of the teacher's negative responses, and a 1×1 convolution with
 * batch norm r,
 *
 *     d(r, t) = 0 if r ≤ t′ ≤ 0, otherwise (r − t′)²        t′ = max(t, m)
 *     term = Σᵢ 2^−(n−1−i) 1/N Σ d(rᵢ(F_student), F_teacher)        i = 0 … n − 1, the last stages of both
 *
 * Source: Heo et al. (arXiv 1904.01866) and their code, whose factor of 1/1000 is the default weight. The paper uses
 * the teacher's batch norm in training mode, like the student's; mdistiller leaves the teacher in training mode for
 * that. Here the teacher's running statistics do not change, and `teacherStatistics: 'running'` normalises with them.
 * If the teacher has more stages than the student, mdistiller pairs the margins of the first stages with the maps of
 * the last; here both are those of the last.
 */
class Ofd extends FeatureMethod<OfdSettings> {
  override readonly teacherStatistics: OfdSettings['teacherStatistics']
  readonly connectors: readonly Sequential<Module>[]
  readonly #norms: readonly BatchNorm2d[]

  constructor(settings: OfdSettings, { student, teacher }: TaughtPair) {
    super(settings)
    const norms = teacher.normsBeforeReLU()
    demand(
      norms !== undefined,
      () => 'ofd: expected a teacher with one batch norm before the ReLU of each stage, got one with several',
    )
    this.teacherStatistics = settings.teacherStatistics
    const channels = stagesFromLast(student.stageChannels, teacher.stageChannels)
    this.connectors = channels.map(([from, to]) => connector(from, to))
    this.#norms = norms.slice(norms.length - channels.length)
  }

  protected override terms({ student, teacher }: TaughtLesson): { response: Tensor } {
    const stages = stagesFromLast(student.preactivations, teacher.preactivations)
    const losses = stages.map(([ofStudent, ofTeacher], i) => {
      const connected = this.connectors[i].forward(ofStudent)
      const target = adaptiveAveragePool2d(ofTeacher, sizeOfMaps(connected))
      return multiply(
        responseLoss(connected, target, marginOf(this.#norms[i])),
        2 ** -(stages.length - 1 - i),
      )
    })
    return { response: sumOverStages(losses) }
  }
}

function connector(channels: number, filters: number): Sequential<Module> {
  return new Sequential<Module>(
    new Conv2d(channels, filters, 1, { bias: false, initializer: kaimingNormal }),
    new BatchNorm2d(filters),
  )
}

/**
 * Returns d between maps [N, C, H, W] with margins [C], summed over each sample and averaged over samples: a scalar.
 */
export function responseLoss(student: Tensor, teacher: Tensor, margin: Tensor): Tensor {
  checkTensors('responseLoss', { margin }, 1)
  checkTensors('responseLoss', { student, teacher }, 4)
  const target = maximum(teacher, reshape(margin, [1, -1, 1, 1]))
  const matters = logicalOr(greater(student, target), greater(target, 0))
  return mean(sum(where(matters, square(subtract(student, target)), 0), [1, 2, 3]))
}

/**
 * Returns the mean [C] of a batch norm's negative outputs, under a normal distribution with mean μ, its bias, and
 * deviation σ, the absolute value of its weight:
 *
 *     m = μ − σ φ(μ/σ) / Φ(−μ/σ)
 *
 * or −3 σ if at most one in a thousand is negative. Source: Heo et al. and their code.
 */
export function marginOf({ weight, bias }: Pick<BatchNorm2d, 'weight' | 'bias'>): Tensor {
  const deviation = abs(weight.detach())
  const average = bias.detach()
  const z = divide(average, where(equal(deviation, 0), 1e-12, deviation))
  const negativeShare = multiply(subtract(1, erf(multiply(z, Math.SQRT1_2))), 0.5)
  const isRare = lessEqual(negativeShare, 0.001)
  const density = multiply(exp(multiply(square(z), -0.5)), 1 / Math.sqrt(2 * Math.PI))
  const margin = subtract(average, divide(multiply(deviation, density), where(isRare, 1, negativeShare)))
  return where(isRare, multiply(deviation, -3), margin)
}

export const ofd = defineMethod({
  name: 'ofd',
  description: 'overhaul: matches feature maps before the ReLUs, negative values only down to a margin',
  paper: 'Heo et al., ICCV 2019, arXiv 1904.01866',
  options: ofdOptions,
  build: (settings, pair) => new Ofd(settings, pair),
})
