import { abs, add, mean, multiply, square, subtract, sum } from '../../../engine/index.ts'
import { defineMethod } from '../../../kd/defineMethod.ts'
import { composeLoss, type Loss } from '../../../kd/distillation.ts'
import { type LogitLesson, LogitMethod } from '../../../kd/method.ts'
import * as option from '../../../kd/option.ts'
import type { SettingsOf } from '../../../kd/options.ts'

/** One option of each kind. */
export const ownOptions = {
  measure: option.oneOf(['squared', 'absolute'], 'squared'),
  centred: option.boolean(false),
  offset: option.number(0, { above: -10, below: 10 }),
  classes: option.integer(3, -1),
  warmUp: option.epochs(20),
  restEpochs: option.scaledEpochs(24),
}

type OwnSettings = SettingsOf<typeof ownOptions>

/** Logits that are to equal the teacher's but for an offset, after epochs of rest. */
class Own extends LogitMethod {
  readonly #settings: OwnSettings

  constructor(settings: OwnSettings) {
    super()
    this.#settings = settings
  }

  protected override loss({ student, teacher, labels, epoch }: LogitLesson): Loss {
    const { measure, centred, offset, warmUp, restEpochs } = this.#settings
    const sides = [student.logits, teacher.logits]
    const [s, t] = centred ? sides.map((z) => subtract(z, mean(z, -1, { keepDimensions: true }))) : sides
    const difference = subtract(add(s, offset), t)
    const match = sum(measure === 'squared' ? square(difference) : abs(difference))
    const weighted = multiply(match, epoch > restEpochs ? 1 : 0)
    const frame = { studentLogits: student.logits, labels, epoch, crossEntropyWeight: 1, warmUp }
    return composeLoss({ match: [weighted, 1] }, frame)
  }
}

export const own = defineMethod({
  name: 'own',
  description: 'matches logits',
  paper: 'nobody, arXiv 0000.00000',
  options: ownOptions,
  needsFeatures: false,
  build: (settings) => new Own(settings),
})
