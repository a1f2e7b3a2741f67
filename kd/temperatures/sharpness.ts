import { amax, logSumExp, max, mean, subtract, type Tensor } from '../../engine/index.ts'
import { checkTensors } from '../../nn/arguments.ts'

/**
 * Returns the sharpness of each row of logits [N, K] as a column [N, 1]:
 *
 *     S(z) = ln Σᵢ exp(zᵢ)
 *
 * Source: DTKD (arXiv 2404.12711), equation 2, which takes a large S for a peaked softmax. In fact max z ≤ S(z) ≤
 * max z + ln K, so S mostly measures the largest logit; and S(z + c) = S(z) + c although softmax(z + c) = softmax(z),
 * so S is not a function of the distribution: two rows with the same softmax can have any two values of S. If that
 * matters, use `centredSharpness`. The authors' code never computes S: its temperatures need only the row maxima.
 */
export function sharpness(logits: Tensor): Tensor {
  checkTensors('sharpness', { logits })
  return logSumExp(logits, -1, { keepDimensions: true })
}

/**
 * Returns the shift-invariant sharpness S(z) − mean z, a function of softmax(z) alone, as a column [N, 1]. It is at
 * least ln K, with equality exactly for a constant row.
 */
export function centredSharpness(logits: Tensor): Tensor {
  checkTensors('centredSharpness', { logits })
  return sharpness(centred(logits))
}

/** Returns each row's largest logit as a column [N, 1]; of ties the first gets the gradient, as in `torch.max`. */
export function largest(logits: Tensor): Tensor {
  return max(logits, -1, { keepDimensions: true })
}

/**
 * Subtracts from each row its largest entry. The softmax stays the same, and its logarithm keeps all digits even if one
 * class has nearly all the probability.
 */
export function belowLargest(logits: Tensor): Tensor {
  return subtract(logits, amax(logits, -1, { keepDimensions: true }).detach())
}

/**
 * Subtracts from each row its mean. The softmax stays the same, and a constant added to the logits has no effect. The
 * largest entry is positive, or exactly 0 if the row is constant: the maximum is subtracted first so that rounding
 * cannot turn a constant row into noise.
 */
export function centred(logits: Tensor): Tensor {
  checkTensors('centred', { logits })
  const below = belowLargest(logits)
  return subtract(below, mean(below, -1, { keepDimensions: true }))
}
