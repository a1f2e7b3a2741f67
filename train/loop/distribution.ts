import type { Loader } from '../../datasets/index.ts'
import { realize, type Tensor } from '../../engine/index.ts'
import { LogitMethod, sharpness } from '../../kd/index.ts'
import { classify, type Evaluation, examine, type RowsOf } from './evaluate.ts'
import { type Quantiles, quantilesOf } from './quantiles.ts'
import type { Learner } from './step.ts'

/**
 * Quantiles over the test images of both networks' sharpness and of the temperatures that the loss would use:
 * `studentSharpness`, `teacherSharpness` if there is a teacher, and `studentTemperature` and `teacherTemperature` if the
 * method is a loss of logits.
 */
export type Distribution = Readonly<Record<string, Quantiles>>

/** Evaluates a student on the test images, and measures the distribution of sharpness and temperatures. */
export class Examiner {
  readonly #learner: Learner
  readonly #testImages: Loader
  /** The teacher's logits of every batch, computed once because the teacher never changes. */
  #teacherLogits: readonly Tensor[] | undefined

  constructor(learner: Learner, testImages: Loader) {
    this.#learner = learner
    this.#testImages = testImages
  }

  /** Evaluates after an epoch; epochs count from 1. */
  async examine(epoch: number): Promise<{ test: Evaluation; distribution: Distribution }> {
    this.#teacherLogits ??= await this.#classifyByTeacher()
    const { evaluation, columns } = await examine(
      this.#learner.network,
      this.#testImages,
      this.#rowsOf(epoch),
    )
    const quantiles = columns.entries().map(([name, numbers]) => [name, quantilesOf(numbers)])
    return { test: evaluation, distribution: Object.fromEntries(quantiles) }
  }

  async #classifyByTeacher(): Promise<readonly Tensor[]> {
    const { teacher } = this.#learner
    const logits: Tensor[] = []
    if (teacher === undefined) return logits
    for (const batch of classify(teacher, this.#testImages)) {
      await realize(batch.predictions.logits)
      logits.push(batch.predictions.logits)
    }
    return logits
  }

  #rowsOf(epoch: number): RowsOf {
    const { method } = this.#learner
    return ({ predictions, labels, batch }) => {
      const rows = { studentSharpness: sharpness(predictions.logits) }
      const teacherLogits = this.#teacherLogits?.[batch]
      if (teacherLogits === undefined) return rows
      const both = { ...rows, teacherSharpness: sharpness(teacherLogits) }
      if (!(method instanceof LogitMethod)) return both
      const lesson = { student: predictions, teacher: { logits: teacherLogits }, labels, epoch }
      const result = method.forward(lesson)
      if (!('temperatures' in result)) return both
      const { student, teacher } = result.temperatures
      return { ...both, studentTemperature: student, teacherTemperature: teacher }
    }
  }
}
