import type { Tensor } from '../../engine/index.ts'
import type { Distillation } from '../distillation.ts'
import { type Definition, type LogitLesson, LogitMethod } from '../method.ts'
import type { OptionRecord, SettingsOf } from '../options.ts'

/** A loss of logits [N, K] and labels. */
type LogitLoss<Options extends OptionRecord> = (
  student: Tensor,
  teacher: Tensor,
  labels: Tensor,
  options: SettingsOf<Options> & { epoch?: number | undefined },
) => Distillation

class MethodByLoss<Options extends OptionRecord> extends LogitMethod {
  readonly #loss: LogitLoss<Options>
  readonly #settings: SettingsOf<Options>

  constructor(loss: LogitLoss<Options>, settings: SettingsOf<Options>) {
    super()
    this.#loss = loss
    this.#settings = settings
  }

  protected override loss({ student, teacher, labels, epoch }: LogitLesson): Distillation {
    return this.#loss(student.logits, teacher.logits, labels, { ...this.#settings, epoch })
  }
}

/** Defines a method whose loss is a function of logits and labels. */
export function logitMethod<Options extends OptionRecord>(
  about: Pick<Definition<Options>, 'description' | 'paper' | 'options'>,
  loss: LogitLoss<Options>,
): Definition<Options> {
  return { ...about, needsFeatures: false, build: (settings) => new MethodByLoss(loss, settings) }
}
