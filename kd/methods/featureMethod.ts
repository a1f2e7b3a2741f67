import { aFunction, check } from '../../base/arguments.ts'
import type { Tensor } from '../../engine/index.ts'
import type { Predictions } from '../../nn/index.ts'
import { defineMethod, type MethodDefinition, type WrittenMethod } from '../defineMethod.ts'
import { composeLoss, type Loss, type Weighted } from '../distillation.ts'
import { Method, type TaughtLesson } from '../method.ts'
import * as option from '../option.ts'
import type { OptionRecord, SettingsOf } from '../options.ts'
import type { warmUpOptions } from '../warmUp.ts'

/** The options common to all methods that compare features. A method may add `warmUpOptions`. */
export const featureOptions = {
  /** Weight of the distillation term. */
  weight: option.number(1, { min: 0 }),
  /** Weight of the cross entropy with the labels. Default 1. */
  crossEntropyWeight: option.number(1, { min: 0 }),
}

export type FeatureSettings = SettingsOf<typeof featureOptions> & Partial<SettingsOf<typeof warmUpOptions>>

/** A method that compares features: w(epoch) weight · term + crossEntropyWeight · L_CE. */
export abstract class FeatureMethod<Settings extends FeatureSettings = FeatureSettings> extends Method {
  protected readonly settings: Settings

  constructor(settings: Settings) {
    super()
    this.settings = settings
  }

  /** Returns the distillation terms by name; `settings.weight` multiplies their own weights. */
  protected abstract terms(lesson: TaughtLesson): Record<string, Tensor | Weighted>

  protected override loss(lesson: TaughtLesson): Loss {
    const { student, labels, epoch } = lesson
    const { weight, crossEntropyWeight, warmUp } = this.settings
    const weighted = Object.entries(this.terms(lesson)).map(([name, given]): [string, Weighted] => {
      const [term, ownWeight] = 'shape' in given ? [given, 1] : given
      return [name, [term, weight * ownWeight]]
    })
    const frame = { studentLogits: student.logits, labels, epoch, crossEntropyWeight, warmUp }
    return composeLoss(Object.fromEntries(weighted), frame)
  }
}

/**
 * Defines a method without parameters, whose distillation terms are a function of both networks' predictions, each term
 * alone or with a weight of its own: `{ name: term }` or `{ name: [term, weight] }`.
 */
export function defineFeatureMethod<
  Options extends OptionRecord & typeof featureOptions,
  const Name extends string,
>(
  about: Omit<WrittenMethod<Options, Name>, 'build'>,
  terms: (
    student: Predictions,
    teacher: Predictions,
    settings: SettingsOf<Options>,
  ) => Record<string, Tensor | Weighted>,
): MethodDefinition<Options, Name> {
  check('defineFeatureMethod', 'terms', terms, aFunction)
  class Comparison extends FeatureMethod<SettingsOf<Options>> {
    protected override terms({ student, teacher }: TaughtLesson): Record<string, Tensor | Weighted> {
      return terms(student, teacher, this.settings)
    }
  }
  return defineMethod({ ...about, build: (settings) => new Comparison(settings) })
}
