import { type Executor, grad, type PlanSummary, planOf, tensor } from '../engine/index.ts'
import { dtkd } from '../kd/index.ts'
import { createModel, SGD } from '../nn/index.ts'

/** A step of distillation, as far as it decides a plan. */
export interface PlannedStep {
  readonly teacher: string
  readonly student: string
  readonly batchSize: number
  readonly classes: number
  /** Channels, height and width of an image. */
  readonly image: readonly [number, number, number]
}

/**
 * Plans one step of DTKD, without running it: teacher in evaluation mode, student in training mode, loss, gradients, SGD
 * with momentum.
 */
export function planStep(executor: Executor, step: PlannedStep): Promise<PlanSummary> {
  const { teacher, student, batchSize, classes, image } = step
  const [channels] = image
  const network = createModel(student, { classes, channels })
  const taught = createModel(teacher, { classes, channels })
  taught.evaluate()
  const optimizer = new SGD(network.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 5e-4 })
  const shape = [batchSize, ...image]
  const images = tensor(new Float32Array(shape.reduce((product, length) => product * length)), { shape })
  const labels = tensor(new Int32Array(batchSize))
  const { loss } = dtkd(network.forward(images).logits, taught.forward(images).logits, labels)
  optimizer.step(grad(loss, network.parameters()))
  return planOf(executor, loss, network, optimizer)
}
