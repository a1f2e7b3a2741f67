import {
  adaptiveAveragePool2d,
  add,
  concatenate,
  mean,
  multiply,
  reshape,
  type Shape,
  sigmoid,
  slice,
  square,
  subtract,
  type Tensor,
} from '../../engine/index.ts'
import { checkTensors } from '../../nn/arguments.ts'
import {
  BatchNorm2d,
  Conv2d,
  type Initializer,
  Module,
  type Predictions,
  predictionsOf,
  uniform,
} from '../../nn/index.ts'
import { defineMethod } from '../defineMethod.ts'
import { nearestTo, type Size, sizeOfMaps, stagesFromLast } from '../maps.ts'
import type { TaughtLesson, TaughtPair } from '../method.ts'
import * as option from '../option.ts'
import type { SettingsOf } from '../options.ts'
import { warmUpOptions } from '../warmUp.ts'
import { FeatureMethod, featureOptions } from './featureMethod.ts'

export const reviewkdOptions = {
  ...featureOptions,
  ...warmUpOptions,
  /** The student's maps after their ReLUs, `'activated'`, the default, or `'preactivated'`. */
  studentMaps: option.oneOf(['activated', 'preactivated'], 'activated'),
}

type ReviewKdSettings = SettingsOf<typeof reviewkdOptions>

/** The maximum number of channels of the maps handed down. */
const mostChannels = 512

/**
 * Knowledge review: deeper stages of the student help to match the teacher's shallower ones. From the pooled vector
 * down to the first stage, each level fuses the maps handed down from above into its own. The result is compared with
 * the teacher's maps before their ReLUs, at several sizes (see `contextLoss`).
 *
 * Source: Chen et al. (arXiv 2104.09044); mdistiller's ReviewKD, which has their warm-up. There the sizes and channels
 * are configured for every pair of networks; here they are derived from the networks. The default weight is 1;
 * mdistiller's configuration for CIFAR-100 uses 5.
 */
class ReviewKd extends FeatureMethod<ReviewKdSettings> {
  /** From the first stage to the pooled vector. */
  readonly fusions: readonly Fusion[]

  constructor(settings: ReviewKdSettings, { student, teacher, image }: TaughtPair) {
    super(settings)
    const levels = levelsOf(predictionsOf(student, image), predictionsOf(teacher, image), settings)
    const handedDown = Math.min(mostChannels, levels.at(-1)![0].shape[1])
    this.fusions = levels.map(
      ([from, to], i) => new Fusion(from.shape, to.shape, handedDown, i < levels.length - 1),
    )
  }

  protected override terms({ student, teacher }: TaughtLesson): { review: Tensor } {
    const losses: Tensor[] = []
    let above: Tensor | undefined
    for (const [level, [ofStudent, ofTeacher]] of [
      ...levelsOf(student, teacher, this.settings).entries(),
    ].reverse()) {
      const fusion = this.fusions[level]
      above = fusion.fuse(ofStudent, above, sizeOfMaps(ofTeacher))
      losses.push(contextLoss(fusion.forward(above), ofTeacher))
    }
    return { review: losses.reduce(add) }
  }
}

/** Returns the pairs of maps to compare, from the first stage to the pooled vector as maps of one pixel. */
function levelsOf(
  student: Predictions,
  teacher: Predictions,
  { studentMaps }: Pick<ReviewKdSettings, 'studentMaps'>,
): [Tensor, Tensor][] {
  const asMaps = ({ pooled }: Predictions) => reshape(pooled, [...pooled.shape, 1, 1])
  const ofStudent = studentMaps === 'activated' ? student.features : student.preactivations
  return [...stagesFromLast(ofStudent, teacher.preactivations), [asMaps(student), asMaps(teacher)]]
}

/** Attention-based fusion: the weighted sum, pixel by pixel, of own maps and those from above, then a convolution. */
class Fusion extends Module {
  readonly conv1: Conv2d
  readonly bn1: BatchNorm2d
  readonly attention: Conv2d | undefined
  readonly conv2: Conv2d
  readonly bn2: BatchNorm2d

  constructor([, channels]: Shape, [, filters]: Shape, handedDown: number, fuses: boolean) {
    super()
    this.conv1 = new Conv2d(channels, handedDown, 1, { bias: false, initializer: fanInNormalised })
    this.bn1 = new BatchNorm2d(handedDown)
    this.attention = fuses ? new Conv2d(2 * handedDown, 2, 1) : undefined
    this.conv2 = new Conv2d(handedDown, filters, 3, {
      padding: 1,
      bias: false,
      initializer: fanInNormalised,
    })
    this.bn2 = new BatchNorm2d(filters)
  }

  /** Returns the maps to hand down, at the teacher's size. */
  fuse(maps: Tensor, above: Tensor | undefined, size: Size): Tensor {
    const own = this.bn1.forward(this.conv1.forward(maps))
    if (this.attention === undefined || above === undefined) return nearestTo(own, size)
    const other = nearestTo(above, sizeOfMaps(own))
    const weights = sigmoid(this.attention.forward(concatenate([own, other], 1)))
    const weighed = (x: Tensor, i: number) => multiply(x, slice(weights, null, [i, i + 1]))
    return nearestTo(add(weighed(own, 0), weighed(other, 1)), size)
  }

  /** Returns the maps to compare with the teacher's. */
  override forward(fused: Tensor): Tensor {
    return this.bn2.forward(this.conv2.forward(fused))
  }
}

/** Uniform with variance 1 / fanIn. PyTorch: `kaiming_uniform_(a=1)`. */
const fanInNormalised: Initializer = (shape, stream) => {
  const [, ...perFilter] = shape
  const fanIn = perFilter.reduce((product, length) => product * length)
  return uniform(Math.sqrt(3 / fanIn))(shape, stream)
}

/**
 * Returns the hierarchical context loss, a scalar: the mean squared difference of maps [N, C, H, W] in full size and
 * average-pooled to those of 4×4, 2×2 and 1×1 that are smaller, with weights 1, 1/2, 1/4, 1/8, divided by their sum.
 * Source: Chen et al., as in their code.
 */
export function contextLoss(student: Tensor, teacher: Tensor): Tensor {
  checkTensors('contextLoss', { student, teacher }, 4)
  const height = student.shape[2]
  const sizes = [height, ...[4, 2, 1].filter((size) => size < height)]
  const total = sizes.reduce((sum, _, i) => sum + 2 ** -i, 0)
  return sizes
    .map((size, i) => {
      const at = (maps: Tensor) => (i === 0 ? maps : adaptiveAveragePool2d(maps, size))
      return multiply(mean(square(subtract(at(student), at(teacher)))), 2 ** -i / total)
    })
    .reduce(add)
}

export const reviewkd = defineMethod({
  name: 'reviewkd',
  description: "knowledge review: matches all stages, fusing the student's deeper stages into shallower ones",
  paper: 'Chen et al., CVPR 2021, arXiv 2104.09044',
  options: reviewkdOptions,
  build: (settings, pair) => new ReviewKd(settings, pair),
})
