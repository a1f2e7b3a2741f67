import type { Batch } from '../../datasets/index.ts'
import { realize, type Tensor } from '../../engine/index.ts'
import { type Distillation, type Loss, type Method, scalarsOf } from '../../kd/index.ts'
import { type AnyModule, type Minimizer, type Network, ownershipCheck } from '../../nn/index.ts'
import { predictFrozen } from '../teacherLogits/frozen.ts'
import type { TeacherLogits } from '../teacherLogits/index.ts'
import { type BatchTensors, batchTensors, readScalars } from './batch.ts'

/** A network that learns, and all that takes part in each of its steps. */
export interface Learner {
  readonly network: Network
  /** Its `forward` is the loss; what it owns is trained beside the network. */
  readonly method: Method
  /** Moves what `trainedBy` lists. */
  readonly optimizer: Minimizer
  /** Where the method needs one. It sees the same augmented images, and never changes. */
  readonly teacher?: Network | undefined
  /** Where the teacher's logits are kept, for a method that needs nothing else of it. */
  readonly teacherLogits?: TeacherLogits | undefined
  /** Other modules that the method computes with and that are not trained. */
  readonly frozen?: readonly AnyModule[] | undefined
}

/** Everything that a step trains: the network's parameters, then the method's. */
export function trainedBy({ network, method }: Pick<Learner, 'network' | 'method'>) {
  return [...new Set([...network.parameters(), ...method.parameters()])]
}

/**
 * One step: the loss of a batch, its gradients, new weights, all computed by one plan. The epoch, counted from 1, is
 * for the loss's warm-up. Returns the loss and what belongs to it, see `scalarsOf`.
 */
export async function takeStep(
  learner: Learner,
  batch: Batch,
  epoch: number,
): Promise<Record<string, number>> {
  const tensors = batchTensors(batch)
  const teacherLogits = await learner.teacherLogits?.of(batch, tensors.images, epoch)
  const scalars = recordStep(learner, { ...tensors, teacherLogits }, epoch)
  await realize(...Object.values(scalars), learner.network, learner.method, learner.optimizer)
  return readScalars(scalars)
}

/**
 * Records a step without computing it: the scalars, and the next states of network, method and optimizer. In the first step,
 * throws if the loss uses parameters, or assigns variables, that no module owns.
 */
export function recordStep(learner: Learner, batch: BatchTensors, epoch: number): Record<string, Tensor> {
  const { network, method, optimizer, teacher, frozen = [] } = learner
  const forward = () => recordLoss(learner, batch, epoch)
  const owners = [network, method, ...(teacher ? [teacher] : []), ...frozen]
  const result = optimizer.steps === 0 ? ownershipCheck(forward, owners) : forward()
  optimizer.minimize(result)
  return scalarsOf(result)
}

function recordLoss(
  { network, method, teacher }: Learner,
  { images, labels, indices, teacherLogits }: BatchTensors,
  epoch: number,
): Loss | Distillation {
  // Plans follow this order: the teacher's maps are gone before the student's, which gradients need, pile up.
  const ofTeacher = teacherLogits
    ? { logits: teacherLogits }
    : teacher && predictFrozen(teacher, images, method.teacherStatistics)
  const student = network.forward(images)
  return method.forward({ student, teacher: ofTeacher, labels, epoch, indices })
}
