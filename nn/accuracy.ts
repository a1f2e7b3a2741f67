import { check, count } from '../base/arguments.ts'
import {
  arange,
  cast,
  equal,
  gather,
  less,
  logicalAnd,
  logicalOr,
  reshape,
  sum,
  type Tensor,
} from '../engine/index.ts'
import { checkLabels } from './crossEntropy.ts'

/**
 * Counts the rows whose label is among the k largest logits; int32. Of equal logits, the lower class ranks first; a row
 * with NaN at its label is wrong. Logits [N, classes], labels [N] int32.
 */
export function topKCorrect(logits: Tensor, labels: Tensor, k: number): Tensor {
  checkLabels('topKCorrect', logits, labels)
  check('topKCorrect', 'k', k, count)
  const label = reshape(labels, [-1, 1])
  const ofLabel = gather(logits, 1, label)
  const tiedBefore = logicalAnd(equal(logits, ofLabel), less(arange(logits.shape[1]), label))
  const rank = sum(cast(logicalOr(less(ofLabel, logits), tiedBefore), 'int32'), 1)
  const isNumber = equal(reshape(ofLabel, [-1]), reshape(ofLabel, [-1]))
  return sum(cast(logicalAnd(less(rank, k), isNumber), 'int32'))
}
