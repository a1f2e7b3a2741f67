import { checkOptions, probability, type Rules } from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { add, gather, logSoftmax, mean, multiply, negate, reshape, type Tensor } from '../engine/index.ts'
import { hostDataOf } from '../engine/realize.ts'
import { format } from '../engine/shape.ts'
import { checkTensors } from './arguments.ts'

export interface CrossEntropyOptions {
  /** Fraction of the target that is spread evenly over all classes, in [0, 1]. Default 0. */
  labelSmoothing?: number
}

const crossEntropyOptions: Rules<CrossEntropyOptions> = { labelSmoothing: probability }

/**
 * Returns the mean over rows of −Σₖ targetₖ ln softmax(logits)ₖ, where target is 1 at the label; with smoothing s, it is
 * 1 − s at the label, plus s / classes everywhere. Logits [N, classes], labels [N] int32. PyTorch:
 * `torch.nn.functional.cross_entropy`.
 */
export function crossEntropy(logits: Tensor, labels: Tensor, options: CrossEntropyOptions = {}): Tensor {
  checkOptions('crossEntropy', options, crossEntropyOptions)
  const { labelSmoothing = 0 } = options
  checkLabels('crossEntropy', logits, labels)
  const logProbabilities = logSoftmax(logits)
  const ofLabel = negate(mean(gather(logProbabilities, 1, reshape(labels, [-1, 1]))))
  if (labelSmoothing === 0) return ofLabel
  const ofAll = negate(mean(logProbabilities))
  return add(multiply(ofLabel, 1 - labelSmoothing), multiply(ofAll, labelSmoothing))
}

/** Throws unless logits are [N, classes] and labels [N] int32; if the labels are on the host, each must be a class. */
export function checkLabels(operation: string, logits: Tensor, labels: Tensor): void {
  checkTensors(operation, { logits, labels })
  demand(
    logits.rank === 2 && labels.rank === 1 && labels.shape[0] === logits.shape[0] && labels.dtype === 'int32',
    () =>
      `${operation}: expected logits [N, classes] and int32 labels [N], got ${format(logits.shape)} and ` +
      `${labels.dtype} ${format(labels.shape)}`,
  )
  const known = hostDataOf(labels)
  if (known === undefined) return
  const classes = logits.shape[1]
  const row = known.findIndex((label) => label < 0 || label >= classes)
  demand(row < 0, () => `${operation}: label ${known[row]} in row ${row} is outside 0 … ${classes - 1}`)
}
