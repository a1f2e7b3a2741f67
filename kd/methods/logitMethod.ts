import { aFunction, check } from '../../base/arguments.ts'
import type { Tensor } from '../../engine/index.ts'
import { defineMethod, type MethodDefinition, type WrittenMethod } from '../defineMethod.ts'
import type { Distillation, Loss } from '../distillation.ts'
import { type LogitLesson, LogitMethod } from '../method.ts'
import type { OptionRecord, SettingsOf } from '../options.ts'

/** A loss of logits [N, K] and labels. */
export type LogitLoss<Options extends OptionRecord> = (
  student: Tensor,
  teacher: Tensor,
  labels: Tensor,
  options: SettingsOf<Options> & { epoch?: number | undefined },
) => Loss | Distillation

class MethodByLoss<Options extends OptionRecord> extends LogitMethod {
  readonly #loss: LogitLoss<Options>
  readonly #settings: SettingsOf<Options>

  constructor(loss: LogitLoss<Options>, settings: SettingsOf<Options>) {
    super()
    this.#loss = loss
    this.#settings = settings
  }

  protected override loss({ student, teacher, labels, epoch }: LogitLesson): Loss | Distillation {
    return this.#loss(student.logits, teacher.logits, labels, { ...this.#settings, epoch })
  }
}

/** Defines a method whose loss is a function of logits, labels and its options with the epoch. */
export function defineLogitMethod<Options extends OptionRecord, const Name extends string>(
  about: Omit<WrittenMethod<Options, Name>, 'build' | 'needsFeatures'>,
  loss: LogitLoss<Options>,
): MethodDefinition<Options, Name> {
  check('defineLogitMethod', 'loss', loss, aFunction)
  return defineMethod({
    ...about,
    needsFeatures: false,
    build: (settings) => new MethodByLoss(loss, settings),
  })
}
