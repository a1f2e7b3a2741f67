import {
  add,
  arange,
  concatenate,
  gather,
  lessEqual,
  logSumExp,
  reshape,
  type Tensor,
} from '../../engine/index.ts'
import type { Distillation } from '../distillation.ts'
import { temperedDivergence } from '../klDivergence.ts'
import { type LogitLossOptions, logitLoss, logitLossOptions } from '../logitLoss.ts'
import * as option from '../option.ts'
import type { GivenOptions } from '../options.ts'
import type { Temperatures } from '../temperatures/temperatures.ts'

export const dkdOptions = {
  /** Weight of the target-class term. Default 1. */
  alpha: option.number(1, { min: 0 }),
  /** Weight of the non-target-class term. Default 8; mdistiller's configurations use 2, 6 or 8 by pair. */
  beta: option.number(8, { min: 0 }),
  ...logitLossOptions,
}

export interface DkdOptions extends LogitLossOptions, GivenOptions<typeof dkdOptions> {}

/**
 * Decoupled knowledge distillation:
 *
 *     loss = w(epoch) (α TCKD + β NCKD) + crossEntropyWeight · L_CE
 *
 * for logits [N, K] and labels [N] int32. Source: Zhao et al. (arXiv 2203.08679), mdistiller's DKD. It is based on the
 * identity, for each sample with target t and without the temperature factors,
 *
 *     KL(p ‖ q) = TCKD + (1 − p_t) NCKD
 *
 * and removes the small weight 1 − p_t of the non-target part. The identity holds for any two distributions, even with
 * different temperatures on the two sides: with `temperatures: 'published'` or `'exact'` both terms use DTKD's
 * temperatures, with T_teacher T_student in place of T². The DTKD paper says that DTKD combines with DKD, but its code
 * does not show how; this construction is ours.
 */
export function dkd(
  studentLogits: Tensor,
  teacherLogits: Tensor,
  labels: Tensor,
  options: DkdOptions = {},
): Distillation {
  return logitLoss(
    'dkd',
    dkdOptions,
    [studentLogits, teacherLogits, labels],
    options,
    ({ student, teacher, temperatures }, { alpha, beta }) => ({
      tckd: [tckd(student, teacher, labels, temperatures), alpha],
      nckd: [nckd(student, teacher, labels, temperatures), beta],
    }),
  )
}

/**
 * Returns the target-class term, a scalar: the divergence between [p_t, 1 − p_t] and [q_t, 1 − q_t], the target against
 * all other classes, at the given temperatures and times their product. The authors' code takes the logarithm of sums
 * of probabilities, which is −∞ if they underflow; here ln(1 − p_t) is computed from logits and finite for finite ones.
 */
export function tckd(
  studentLogits: Tensor,
  teacherLogits: Tensor,
  labels: Tensor,
  temperatures: Pick<Temperatures, 'student' | 'teacher'>,
): Tensor {
  return temperedDivergence(studentLogits, teacherLogits, temperatures, (logits) =>
    targetAgainstOthers(logits, labels),
  )
}

/**
 * Returns the non-target-class term, a scalar: the divergence between the softmaxes over the K − 1 other classes, at
 * the given temperatures and times their product. The authors' code subtracts 1000 from the target's logit instead of
 * omitting the target.
 */
export function nckd(
  studentLogits: Tensor,
  teacherLogits: Tensor,
  labels: Tensor,
  temperatures: Pick<Temperatures, 'student' | 'teacher'>,
): Tensor {
  return temperedDivergence(studentLogits, teacherLogits, temperatures, (logits) => others(logits, labels))
}

/** Returns logits [N, 2] whose softmax is [p_t, 1 − p_t]: the target's logit, and ln Σ exp of the others. */
function targetAgainstOthers(logits: Tensor, labels: Tensor): Tensor {
  const target = gather(logits, 1, reshape(labels, [-1, 1]))
  return concatenate([target, logSumExp(others(logits, labels), 1, { keepDimensions: true })], 1)
}

/** Returns the logits of the other classes in order, [N, K − 1]: class i, or i + 1 from the target on. */
function others(logits: Tensor, labels: Tensor): Tensor {
  const classes = arange(logits.shape[1] - 1)
  return gather(logits, 1, add(classes, lessEqual(reshape(labels, [-1, 1]), classes)))
}
