import type { Batch } from '../datasets/index.ts'
import { grad, realize, type Tensor } from '../engine/index.ts'
import { type Distiller, scalarsOf } from '../kd/index.ts'
import type { Network, Optimizer } from '../nn/index.ts'
import { type BatchTensors, batchTensors, readScalars } from './batch.ts'

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
  pupil: Pupil,
  optimizer: Optimizer,
  batch: Batch,
  epoch: number,
): Promise<Record<string, number>> {
  const scalars = recordStep(pupil, optimizer, batchTensors(batch), epoch)
  await realize(...Object.values(scalars), pupil.network, optimizer)
  return readScalars(scalars)
}

/** Records a step without computing it: the scalars, the network's and the optimizer's next states. */
export function recordStep(
  { network, distiller, teacher }: Pupil,
  optimizer: Optimizer,
  { images, labels }: BatchTensors,
  epoch: number,
): Record<string, Tensor> {
  // Plans follow this order: the teacher's maps are gone before the student's, which gradients need, pile up.
  const teacherLogits = teacher?.forward(images).logits
  const studentLogits = network.forward(images).logits
  const result = distiller.loss({ studentLogits, teacherLogits, labels, epoch })
  optimizer.step(grad(result.loss, network.parameters()))
  return scalarsOf(result)
}
