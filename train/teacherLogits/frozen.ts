import { type Tensor, withoutAssignments } from '../../engine/index.ts'
import type { Method } from '../../kd/index.ts'
import type { Network, Predictions } from '../../nn/index.ts'

/**
 * Predicts with a frozen network for images [N, C, H, W], with its running statistics or, as in training, with those of the
 * batch. Either way the network does not change, not even its running statistics.
 */
export function predictFrozen(
  network: Network,
  images: Tensor,
  statistics: Method['teacherStatistics'],
): Predictions {
  if (statistics === 'running') return network.evaluate().forward(images)
  const predictions = withoutAssignments(() => network.train().forward(images))
  network.evaluate()
  return predictions
}
