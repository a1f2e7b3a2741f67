import type { Tensor } from '../../engine/index.ts'
import type { Predictions } from '../../nn/index.ts'
import { composeLoss, type Loss, type Weighted } from '../distillation.ts'
import { type Definition, Method, type TaughtLesson } from '../method.ts'
import type { Settings } from '../options.ts'

/** What all methods that compare features have. */
export interface FeatureOptions {
  /** Of the distillation term. */
  weight: number
  /** Default 1. */
  crossEntropyWeight: number
  /** Epochs until the distillation term has its full weight. Default none. */
  warmUp?: number
}

/** A method that compares features: w(epoch) weight · term + crossEntropyWeight · L_CE. */
export abstract class FeatureMethod<Options extends FeatureOptions = FeatureOptions> extends Method {
  protected readonly options: Options

  constructor(options: Options) {
    super()
    this.options = options
  }

  /** The distillation terms by name, with weights that `options.weight` multiplies. */
  protected abstract terms(lesson: TaughtLesson): Record<string, Tensor | Weighted>

  protected override loss(lesson: TaughtLesson): Loss {
    const { student, labels, epoch } = lesson
    const { weight, crossEntropyWeight, warmUp } = this.options
    const weighted = Object.entries(this.terms(lesson)).map(([name, given]): [string, Weighted] => {
      const [term, ownWeight] = 'shape' in given ? [given, 1] : given
      return [name, [term, weight * ownWeight]]
    })
    const frame = { studentLogits: student.logits, labels, epoch, crossEntropyWeight, warmUp }
    return composeLoss(Object.fromEntries(weighted), frame)
  }
}

/** A method of which the distillation term is a function of both networks' predictions, without parameters. */
export function featureMethod<Options extends Settings & FeatureOptions>(
  about: Pick<Definition<Options>, 'description' | 'paper' | 'defaults'>,
  terms: (student: Predictions, teacher: Predictions, options: Options) => Record<string, Tensor | Weighted>,
): Definition<Options> {
  class Comparison extends FeatureMethod<Options> {
    protected override terms({ student, teacher }: TaughtLesson): Record<string, Tensor | Weighted> {
      return terms(student, teacher, this.options)
    }
  }
  return { ...about, build: (options) => new Comparison(options) }
}
