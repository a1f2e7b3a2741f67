import { demand } from '../../base/errors.ts'
import {
  abs,
  adaptiveAveragePool2d,
  add,
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
import { sizeOfMaps, stagesFromLast } from '../maps.ts'
import type { Definition, TaughtLesson, TaughtPair } from '../method.ts'
import * as option from '../option.ts'
import { type SettingsOf, withDefaults } from '../options.ts'
import { FeatureMethod, featureOptions } from './featureMethod.ts'

export const ofdOptions = {
  ...withDefaults(featureOptions, { weight: 0.001 }),
  /** What the teacher's batch norm scales by: `'batch'`, the default, or `'running'` statistics. */
  teacherStatistics: option.oneOf(['batch', 'running'], 'batch'),
}

type OfdSettings = SettingsOf<typeof ofdOptions>

/**
 * Overhaul of feature distillation: maps are compared as ReLUs see them, and only as far as ReLUs let it matter. With a
 * margin m < 0 for each channel, what the teacher's negative responses are on average, and r a 1×1 convolution with
 * batch norm,
 *
 *     d(r, t) = 0 where r ≤ t′ ≤ 0, else (r − t′)²        t′ = max(t, m)
 *     term = Σᵢ 2^−(n−1−i) 1/N Σ d(rᵢ(F_student), F_teacher)        i = 0 … n − 1, the last stages of both
 *
 * Source: Heo et al. (arXiv 1904.01866) and their code, whose factor of 1/1000 is the default weight. The paper wants
 * the teacher's batch norm in training mode, because the student's is: mdistiller gets there by leaving the teacher in
 * training mode, and `teacherStatistics: 'running'` does without. The teacher's running statistics do not change here.
 * Where the teacher has more stages than the student, mdistiller takes the margins of the first stages and the maps of
 * the last; here both are of the last.
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
      () => 'ofd: expected a teacher with one batch norm before the ReLU of each stage; this one has several',
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
    return { response: losses.reduce(add) }
  }
}

function connector(channels: number, filters: number): Sequential<Module> {
  return new Sequential<Module>(
    new Conv2d(channels, filters, 1, { bias: false, initializer: kaimingNormal }),
    new BatchNorm2d(filters),
  )
}

/** The sum over a sample of d, the mean over samples: maps [N, C, H, W], margins [C]. */
export function responseLoss(student: Tensor, teacher: Tensor, margin: Tensor): Tensor {
  checkTensors('responseLoss', { margin }, 1)
  checkTensors('responseLoss', { student, teacher }, 4)
  const target = maximum(teacher, reshape(margin, [1, -1, 1, 1]))
  const matters = logicalOr(greater(student, target), greater(target, 0))
  return mean(sum(where(matters, square(subtract(student, target)), 0), [1, 2, 3]))
}

/**
 * What a batch norm's outputs are on average where they are negative, if they are normal with mean μ, its bias, and
 * deviation σ, the size of its weight: [C],
 *
 *     m = μ − σ φ(μ/σ) / Φ(−μ/σ)
 *
 * or −3 σ where fewer than one in a thousand is negative. Heo et al., and their code.
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

export const ofd: Definition<typeof ofdOptions> = {
  description: 'overhaul: maps before the ReLUs, negative responses only up to a margin',
  paper: 'Heo et al., ICCV 2019, arXiv 1904.01866',
  options: ofdOptions,
  build: (settings, pair) => new Ofd(settings, pair),
}
