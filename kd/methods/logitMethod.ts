import type { Tensor } from '../../engine/index.ts'
import type { Distillation } from '../distillation.ts'
import { type Definition, type LogitLesson, LogitMethod } from '../method.ts'
import type { Settings } from '../options.ts'

/** A loss of logits [N, K] and labels. */
type LogitLoss<Options> = (
  student: Tensor,
  teacher: Tensor,
  labels: Tensor,
  options: Options & { epoch?: number },
) => Distillation

class MethodByLoss<Options> extends LogitMethod {
  readonly #loss: LogitLoss<Options>
  readonly #options: Options

  constructor(loss: LogitLoss<Options>, options: Options) {
    super()
    this.#loss = loss
    this.#options = options
  }

  protected override loss({ student, teacher, labels, epoch }: LogitLesson): Distillation {
    return this.#loss(student.logits, teacher.logits, labels, { ...this.#options, epoch })
  }
}

/** A method that sees nothing but logits. */
export function logitMethod<Options extends Settings>(
  about: Pick<Definition<Options>, 'description' | 'paper' | 'defaults'>,
  loss: LogitLoss<Options>,
): Definition<Options> {
  return { ...about, needsFeatures: false, build: (options) => new MethodByLoss(loss, options) }
}
