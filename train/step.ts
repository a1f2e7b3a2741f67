import type { Batch } from '../datasets/index.ts'
import { grad, realize } from '../engine/index.ts'
import { type Distiller, scalarsOf } from '../kd/index.ts'
import type { Network, Optimizer } from '../nn/index.ts'
import { batchTensors, readScalars } from './batch.ts'

/** Whom a step teaches, and how. */
export interface Pupil {
  readonly network: Network
  /** The loss: a distillation, or the network alone. */
  readonly distiller: Distiller
  /** Where the distiller needs one. It sees the same augmented images, in evaluation mode, and never changes. */
  readonly teacher?: Network
}

/**
 * One step: the loss of a batch, its gradients, new weights, all computed by one plan. The epoch, counted from 1, is
 * for the loss's warm-up. Returns the loss and what belongs to it, see `scalarsOf`.
 */
export async function takeStep(
  { network, distiller, teacher }: Pupil,
  optimizer: Optimizer,
  batch: Batch,
  epoch: number,
): Promise<Record<string, number>> {
  const { images, labels } = batchTensors(batch)
  const studentLogits = network.forward(images).logits
  const teacherLogits = teacher?.forward(images).logits
  const result = distiller.loss({ studentLogits, teacherLogits, labels, epoch })
  optimizer.step(grad(result.loss, network.parameters()))
  const scalars = scalarsOf(result)
  await realize(...Object.values(scalars), network, optimizer)
  return readScalars(scalars)
}
