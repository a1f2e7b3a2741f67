import { arrayOf, checkExactly, count, type Rules, text } from '../base/arguments.ts'
import { type Executor, type PlanSummary, planOf, tensor } from '../engine/index.ts'
import { distiller } from '../kd/index.ts'
import { createModel, SGD } from '../nn/index.ts'
import { recordStep } from './loop/step.ts'

/** The parameters of a distillation step that determine its memory and work. */
export interface DistillationStep {
  readonly teacher: string
  readonly student: string
  readonly batchSize: number
  readonly classes: number
  /** Channels, height and width of an image. */
  readonly image: readonly [number, number, number]
}

const stepRules: Rules<DistillationStep> = {
  teacher: text,
  student: text,
  batchSize: count,
  classes: count,
  image: arrayOf(count, 3),
}

/**
 * Plans one step of DTKD without running it: forward passes of the teacher in evaluation mode and the student in training mode,
 * loss, gradients, and the update by SGD with momentum.
 */
export async function estimateStep(executor: Executor, step: DistillationStep): Promise<PlanSummary> {
  checkExactly('estimateStep', 'step', step, stepRules)
  const { teacher, student, batchSize, classes, image } = step
  const [channels] = image
  const network = createModel(student, { classes, channels })
  const ofTeacher = createModel(teacher, { classes, channels })
  const optimizer = new SGD(network.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 5e-4 })
  const method = distiller('dtkd').build({ student: network, teacher: ofTeacher, image })
  const learner = { network, method, optimizer, teacher: ofTeacher }
  const shape = [batchSize, ...image]
  const images = tensor(new Float32Array(shape.reduce((product, length) => product * length)), { shape })
  const labels = tensor(new Int32Array(batchSize))
  const scalars = recordStep(learner, { images, labels }, 1)
  return planOf(executor, ...Object.values(scalars), network, optimizer)
}
