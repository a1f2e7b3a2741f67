import { divide, exp, logSoftmax, mean, multiply, subtract, sum, type Tensor } from '../engine/index.ts'
import type { Temperatures } from './temperatures.ts'

/**
 * Kullback–Leibler divergence of each row, as a column [N, 1], teacher first:
 *
 *     KL(p ‖ q) = Σᵢ pᵢ (ln pᵢ − ln qᵢ)        p = softmax(teacherLogits),  q = softmax(studentLogits)
 *
 * Taken on logits [N, K], because in log space it is finite for any finite logits. Natural logarithm. PyTorch:
 * `F.kl_div(log_softmax(student), softmax(teacher), reduction='none').sum(1)`.
 */
export function klDivergence(teacherLogits: Tensor, studentLogits: Tensor): Tensor {
  const logP = logSoftmax(teacherLogits)
  const logQ = logSoftmax(studentLogits)
  return sum(multiply(exp(logP), subtract(logP, logQ)), -1, { keepDimensions: true })
}

/**
 * The divergence that every loss of this folder is made of, a scalar:
 *
 *     1/N Σₙ T_teacher T_student KL(softmax(view(u / T_teacher)) ‖ softmax(view(v / T_student)))
 *
 * with u and v the logits of teacher and student. The factor keeps gradients of one size whatever the temperatures;
 * with one temperature T it is the T² of Hinton et al. `view` says which distribution to look at, by default all
 * classes.
 */
export function temperedDivergence(
  studentLogits: Tensor,
  teacherLogits: Tensor,
  { student, teacher }: Pick<Temperatures, 'student' | 'teacher'>,
  view: (logits: Tensor) => Tensor = (logits) => logits,
): Tensor {
  const divergence = klDivergence(view(divide(teacherLogits, teacher)), view(divide(studentLogits, student)))
  return mean(multiply(multiply(teacher, student), divergence))
}
