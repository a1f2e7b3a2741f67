import {
  add,
  divide,
  log,
  mean,
  multiply,
  relu,
  reshape,
  softplus,
  square,
  subtract,
  type Tensor,
  type Variable,
} from '../../engine/index.ts'
import { buffer, Conv2d, constant, Module, Parameter } from '../../nn/index.ts'
import { defineMethod } from '../defineMethod.ts'
import { atSmallerSize, stagesFromFirst, sumOverStages } from '../maps.ts'
import type { TaughtLesson, TaughtPair } from '../method.ts'
import * as option from '../option.ts'
import type { SettingsOf } from '../options.ts'
import { FeatureMethod, featureOptions } from './featureMethod.ts'

/** Added to every variance. */
const epsilon = 1e-5

export const vidOptions = {
  ...featureOptions,
  /** More than 10⁻⁵. Default 5. */
  initialVariance: option.number(5, { above: epsilon }),
  /** `'trained'`, the default, or `'fixed'` at the initial variance, as in mdistiller. */
  variances: option.oneOf(['trained', 'fixed'], 'trained'),
}

type VidSettings = SettingsOf<typeof vidOptions>

/**
 * Variational information distillation: predicts the teacher's maps F of a stage from the student's. The term is the
 * negative log-likelihood of normal distributions with a variance for each channel, up to a constant:
 *
 *     mean ½ ((μ(F_student) − F_teacher)² / σ² + ln σ²)        σ² = ln(1 + eᵃ) + 10⁻⁵
 *
 * summed over the stages; μ is three 1×1 convolutions with ReLUs between them. Source: Ahn et al. (arXiv 1904.05835),
 * where a is learned. mdistiller never passes a to its optimizer, so all variances stay 5: `variances: 'fixed'`. Larger
 * maps are average-pooled to the size of the smaller ones.
 */
class Vid extends FeatureMethod<VidSettings> {
  readonly predictors: readonly Predictor[]

  constructor(settings: VidSettings, { student, teacher }: TaughtPair) {
    super(settings)
    this.predictors = stagesFromFirst(student.stageChannels, teacher.stageChannels).map(
      ([channels, filters]) => new Predictor(channels, filters, settings),
    )
  }

  protected override terms({ student, teacher }: TaughtLesson): { unexplained: Tensor } {
    const stages = stagesFromFirst(student.features, teacher.features)
    return {
      unexplained: sumOverStages(
        stages.map(([ofStudent, ofTeacher], i) => this.predictors[i].surprise(ofStudent, ofTeacher)),
      ),
    }
  }
}

/** Predicts the teacher's maps of a stage from the student's, with a variance for each channel. */
class Predictor extends Module {
  readonly conv1: Conv2d
  readonly conv2: Conv2d
  readonly conv3: Conv2d
  /** a, for each channel. */
  readonly scale: Variable

  constructor(channels: number, filters: number, { initialVariance, variances }: VidSettings) {
    super()
    // The inverse of ln(1 + eᵃ).
    const spread = initialVariance - epsilon
    const initial = spread + Math.log(-Math.expm1(-spread))
    this.conv1 = new Conv2d(channels, filters, 1, { bias: false })
    this.conv2 = new Conv2d(filters, filters, 1, { bias: false })
    this.conv3 = new Conv2d(filters, filters, 1, { bias: false })
    this.scale =
      variances === 'trained' ? new Parameter([filters], constant(initial)) : buffer([filters], initial)
  }

  override forward(maps: Tensor): Tensor {
    return this.conv3.forward(relu(this.conv2.forward(relu(this.conv1.forward(maps)))))
  }

  surprise(student: Tensor, teacher: Tensor): Tensor {
    const [from, to] = atSmallerSize(student, teacher)
    const variance = add(reshape(softplus(this.scale), [1, -1, 1, 1]), epsilon)
    const errors = divide(square(subtract(this.forward(from), to)), variance)
    return multiply(mean(add(errors, log(variance))), 0.5)
  }
}

export const vid = defineMethod({
  name: 'vid',
  description: "variational information: predicts the teacher's feature maps with learned variances",
  paper: 'Ahn et al., CVPR 2019, arXiv 1904.05835',
  options: vidOptions,
  build: (settings, pair) => new Vid(settings, pair),
})
