import { aFunction, anObject, check } from '../base/arguments.ts'
import {
  abs,
  divide,
  exp,
  lessEqual,
  mean,
  multiply,
  subtract,
  sum,
  type Tensor,
  where,
} from '../engine/index.ts'
import { checkTensors } from '../nn/arguments.ts'
import { exponentialRemainder } from './temperatures/exponentialRemainder.ts'
import { belowLargest, sharpness } from './temperatures/sharpness.ts'
import type { Temperatures } from './temperatures/temperatures.ts'

/**
 * Returns the Kullback–Leibler divergence of each row as a column [N, 1], teacher first:
 *
 *     KL(p ‖ q) = Σᵢ pᵢ (ln pᵢ − ln qᵢ)        p = softmax(teacherLogits),  q = softmax(studentLogits)
 *
 * Takes logits [N, K]: in log space the divergence of finite logits is finite. Natural logarithm. PyTorch:
 * `F.kl_div(log_softmax(student), softmax(teacher), reduction='none').sum(1)`.
 *
 * That sum has large terms of both signs and a small result. Because Σ qᵢ − pᵢ = 0, it equals
 *
 *     Σᵢ pᵢ φ(dᵢ)        d = ln q − ln p,  φ(d) = eᵈ − 1 − d ≥ 0
 *
 * in which nothing cancels and an error of S, common to all d of a row, has no effect to first order. A small
 * divergence keeps its digits even in float32.
 */
export function klDivergence(teacherLogits: Tensor, studentLogits: Tensor): Tensor {
  checkTensors('klDivergence', { teacherLogits, studentLogits })
  const teacher = belowLargest(teacherLogits)
  const student = belowLargest(studentLogits)
  const p = exp(subtract(teacher, sharpness(teacher)))
  const q = exp(subtract(student, sharpness(student)))
  const d = subtract(subtract(student, teacher), subtract(sharpness(student), sharpness(teacher)))
  const isNear = lessEqual(abs(d), 1)
  const terms = where(
    isNear,
    multiply(p, exponentialRemainder(where(isNear, d, 0))),
    // p eᵈ is q, and finite where eᵈ is not.
    subtract(subtract(q, p), multiply(p, d)),
  )
  return sum(terms, -1, { keepDimensions: true })
}

/**
 * Returns the tempered divergence on which the logit losses build, a scalar:
 *
 *     1/N Σₙ T_teacher T_student KL(softmax(view(u / T_teacher)) ‖ softmax(view(v / T_student)))
 *
 * with u and v the logits of teacher and student. The factor keeps the magnitude of gradients independent of the
 * temperatures; with one temperature T it is the T² of Hinton et al. `view` maps softened logits to those of the
 * distributions to compare; the default compares all classes.
 */
export function temperedDivergence(
  studentLogits: Tensor,
  teacherLogits: Tensor,
  temperatures: Pick<Temperatures, 'student' | 'teacher'>,
  view: (logits: Tensor) => Tensor = (logits) => logits,
): Tensor {
  checkTensors('temperedDivergence', { studentLogits, teacherLogits })
  check('temperedDivergence', 'temperatures', temperatures, anObject)
  check('temperedDivergence', 'view', view, aFunction)
  const { student, teacher } = temperatures
  checkTensors('temperedDivergence', { student, teacher })
  const divergence = klDivergence(view(divide(teacherLogits, teacher)), view(divide(studentLogits, student)))
  return mean(multiply(multiply(teacher, student), divergence))
}
