import { demand } from '../../base/errors.ts'
import {
  mean,
  pad,
  relu,
  reshape,
  type Shape,
  slice,
  square,
  subtract,
  type Tensor,
} from '../../engine/index.ts'
import { format } from '../../engine/shape.ts'
import { BatchNorm2d, Conv2d, fanInUniform, Module, predictionsOf } from '../../nn/index.ts'
import { defineMethod } from '../defineMethod.ts'
import type { Distillation, Loss } from '../distillation.ts'
import type { TaughtLesson, TaughtPair } from '../method.ts'
import * as option from '../option.ts'
import { type SettingsOf, withDefaults } from '../options.ts'
import { FeatureMethod, featureOptions } from './featureMethod.ts'
import { kd } from './kd.ts'

export const fitnetOptions = {
  ...withDefaults(featureOptions, { weight: 100 }),
  /** The index of the `features` to compare; 0 is the stem. Default 2. */
  stage: option.integer(2, 0),
  /** Epochs of training on the hint alone, before `kd`. Default 0: hint and cross entropy together throughout. */
  hintEpochs: option.scaledEpochs(0),
}

type FitNetSettings = SettingsOf<typeof fitnetOptions>

/**
 * FitNets: matches the student's maps of one stage, through a regressor r, to the teacher's.
 *
 *     loss = weight · mean (r(F_student) − F_teacher)² + crossEntropyWeight · L_CE
 *
 * Source: Romero et al. (arXiv 1412.6550), equation 3. The paper trains on the hint alone, then by knowledge
 * distillation. mdistiller trains on hint and cross entropy together, without knowledge distillation, and adds batch
 * norm to the regressor. `hintEpochs` selects the paper's two stages, the second being `kd` with its defaults.
 */
class FitNet extends FeatureMethod<FitNetSettings> {
  readonly regressor: Regressor

  constructor(settings: FitNetSettings, { student, teacher, image }: TaughtPair) {
    super(settings)
    const [from, to] = [student, teacher].map((network) => {
      const { features } = predictionsOf(network, image)
      const maps = features[settings.stage]
      demand(
        maps !== undefined,
        () =>
          `fitnet: expected option stage to be an integer in 0 … ${features.length - 1}, got ${settings.stage}`,
      )
      return maps.shape
    })
    this.regressor = new Regressor(from, to)
  }

  protected override terms({ student, teacher }: TaughtLesson): { hint: Tensor } {
    const { stage } = this.settings
    return {
      hint: mean(square(subtract(this.regressor.forward(student.features[stage]), teacher.features[stage]))),
    }
  }

  protected override loss(lesson: TaughtLesson): Loss | Distillation {
    const { hintEpochs, weight } = this.settings
    if (hintEpochs === 0) return super.loss(lesson)
    const { student, teacher, labels, epoch } = lesson
    if (epoch > hintEpochs) return kd(student.logits, teacher.logits, labels)
    const { terms, task } = super.loss(lesson)
    const loss = terms.hint.multiply(weight)
    return { loss, task: task.multiply(0), distillation: loss, terms }
  }
}

/** Maps [N, C, H, W] to another shape: a convolution that halves, doubles or crops, then batch norm and ReLU. */
export class Regressor extends Module {
  readonly conv: Conv2d
  readonly bn: BatchNorm2d
  readonly #doubles: boolean

  constructor([, channels, height, width]: Shape, to: Shape) {
    super()
    const [, filters, newHeight, newWidth] = to
    this.#doubles = height * 2 === newHeight
    this.bn = new BatchNorm2d(filters)
    if (this.#doubles) {
      const initializer = fanInUniform(filters * 16)
      this.conv = new Conv2d(channels, filters, 4, { padding: 2, initializer, biasInitializer: initializer })
    } else if (height === newHeight * 2) {
      this.conv = new Conv2d(channels, filters, 3, { stride: 2, padding: 1 })
    } else {
      demand(
        height >= newHeight && width >= newWidth,
        () =>
          `fitnet: expected the student's maps to be half the size of the teacher's, or at least as large, got ` +
          `${format([height, width])} and ${format([newHeight, newWidth])}`,
      )
      this.conv = new Conv2d(channels, filters, [1 + height - newHeight, 1 + width - newWidth])
    }
  }

  override forward(x: Tensor): Tensor {
    return relu(this.bn.forward(this.conv.forward(this.#doubles ? dilate(x) : x)))
  }
}

/**
 * Inserts a zero between neighbouring pixels: [N, C, H, W] to [N, C, 2 H − 1, 2 W − 1]. Convolving the result is a
 * transposed convolution of stride 2. PyTorch: `torch.nn.ConvTranspose2d(kernel_size=4, stride=2, padding=1)`.
 */
function dilate(maps: Tensor): Tensor {
  const [count, channels, height, width] = maps.shape
  const none = [0, 0] as const
  const spread = pad(reshape(maps, [count, channels, height, 1, width, 1]), [
    none,
    none,
    none,
    [0, 1],
    none,
    [0, 1],
  ])
  const doubled = reshape(spread, [count, channels, 2 * height, 2 * width])
  return slice(doubled, null, null, [null, -1], [null, -1])
}

export const fitnet = defineMethod({
  name: 'fitnet',
  description: 'FitNets: matches the feature maps of one stage through a regressor',
  paper: 'Romero et al., ICLR 2015, arXiv 1412.6550',
  options: fitnetOptions,
  build: (settings, pair) => new FitNet(settings, pair),
})
