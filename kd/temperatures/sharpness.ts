import { amax, logSumExp, max, mean, subtract, type Tensor } from '../../engine/index.ts'
import { checkTensors } from '../../nn/arguments.ts'

/**
 * Sharpness of each row of logits [N, K], as a column [N, 1]:
 *
 *     S(z) = ln Σᵢ exp(zᵢ)
 *
 * Source: DTKD (arXiv 2404.12711), equation 2. There, large S means a peaked softmax. What is true: max z ≤ S(z) ≤
 * max z + ln K, so S mostly measures the largest logit; and S(z + c) = S(z) + c although softmax(z + c) = softmax(z),
 * so S is no function of the distribution: two rows with one softmax can have any two sharpnesses. Where that
 * matters use `centredSharpness`. The authors' code never computes S: its temperatures need only the row maxima.
 */
export function sharpness(logits: Tensor): Tensor {
  checkTensors('sharpness', { logits })
  return logSumExp(logits, -1, { keepDimensions: true })
}

/**
 * The shift-free form of sharpness: S(z) − mean z, a function of softmax(z) alone. It is at least ln K, and equals it
 * exactly for a constant row. As a column [N, 1].
 */
export function centredSharpness(logits: Tensor): Tensor {
  checkTensors('centredSharpness', { logits })
  return sharpness(centred(logits))
}

/** The largest logit of each row, as a column [N, 1]; of equal ones the first has the gradient, as in `torch.max`. */
export function largest(logits: Tensor): Tensor {
  return max(logits, -1, { keepDimensions: true })
}

/**
 * Rows with their largest entry subtracted: the same softmax, whose logarithms then keep all their digits where one class
 * has nearly all the probability.
 */
export function belowLargest(logits: Tensor): Tensor {
  return subtract(logits, amax(logits, -1, { keepDimensions: true }).detach())
}

/**
 * Rows with their mean subtracted: the same softmax, whatever constant was added to the logits. The largest entry is
 * positive unless the row is constant, and then exactly 0: the maximum goes first, so that rounding cannot turn a
 * constant row into noise.
 */
export function centred(logits: Tensor): Tensor {
  checkTensors('centred', { logits })
  const below = belowLargest(logits)
  return subtract(below, mean(below, -1, { keepDimensions: true }))
}
