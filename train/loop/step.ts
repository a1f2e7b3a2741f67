import { yieldToEventLoop } from '../../base/yieldToEventLoop.ts'
import type { Batch } from '../../datasets/index.ts'
import { realize, type Tensor } from '../../engine/index.ts'
import { type Distillation, type Loss, type Method, scalarsOf } from '../../kd/index.ts'
import { type AnyModule, type Minimizer, type Network, ownershipCheck } from '../../nn/index.ts'
import { predictFrozen } from '../teacherLogits/frozen.ts'
import type { TeacherLogits } from '../teacherLogits/index.ts'
import { type BatchTensors, batchTensors, readScalars } from './batch.ts'

/** A network in training, and everything else that its steps involve. */
export interface Learner {
  readonly network: Network
  /** Its `forward` computes the loss; its parameters are trained with the network's. */
  readonly method: Method
  /** Updates the parameters that `trainedBy` lists. */
  readonly optimizer: Minimizer
  /** Required if the method needs one. It sees the same augmented images, and never changes. */
  readonly teacher?: Network | undefined
  /** Cache of the teacher's logits, for a method that needs only these. */
  readonly teacherLogits?: TeacherLogits | undefined
  /** Other modules that the loss uses and that are not trained. */
  readonly frozen?: readonly AnyModule[] | undefined
}

/** Returns the parameters that a step trains: the network's, then the method's. */
export function trainedBy({ network, method }: Pick<Learner, 'network' | 'method'>) {
  return [...new Set([...network.parameters(), ...method.parameters()])]
}

/** Milliseconds between two yields to the event loop. */
const longestSilence = 20

/**
 * Takes one step: computes the loss of a batch, its gradients and the new weights in one plan. The epoch, counted from 1,
 * determines the loss's warm-up. Returns the loss and its related scalars, see `scalarsOf`.
 */
export async function takeStep(
  learner: Learner,
  batch: Batch,
  epoch: number,
): Promise<Record<string, number>> {
  const scalars = await computeStep(learner, batch, epoch)
  // Here the thousands of nodes that the step has recorded are unreachable.
  await yieldToEventLoop(longestSilence)
  return scalars
}

async function computeStep(learner: Learner, batch: Batch, epoch: number): Promise<Record<string, number>> {
  const tensors = batchTensors(batch)
  const teacherLogits = await learner.teacherLogits?.of(batch, tensors.images, epoch)
  const scalars = recordStep(learner, { ...tensors, teacherLogits }, epoch)
  await realize(...Object.values(scalars), learner.network, learner.method, learner.optimizer)
  return readScalars(scalars)
}

/**
 * Records a step without computing it, and returns its scalars; network, method and optimizer hold their next states. In the
 * first step, throws if the loss uses parameters, or assigns variables, that no module owns.
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
  // Plans follow the order of recording: the teacher's maps are freed before the student's, kept for gradients, accumulate.
  const ofTeacher = teacherLogits
    ? { logits: teacherLogits }
    : teacher && predictFrozen(teacher, images, method.teacherStatistics)
  const student = network.forward(images)
  return method.forward({ student, teacher: ofTeacher, labels, epoch, indices })
}
