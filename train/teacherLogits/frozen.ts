import type { Tensor } from '../../engine/index.ts'
import type { Method } from '../../kd/index.ts'
import type { Network, Predictions } from '../../nn/index.ts'

/**
 * What a network that is not trained predicts for images [N, C, H, W]: with its running statistics or, as in training,
 * with those of the batch. Either way nothing of it changes, not even its running statistics.
 */
export function predictFrozen(
  network: Network,
  images: Tensor,
  statistics: Method['teacherStatistics'],
): Predictions {
  if (statistics === 'running') return network.evaluate().forward(images)
  const state = network.state()
  const before = state.map(({ node }) => node)
  const predictions = network.train().forward(images)
  for (const [i, variable] of state.entries()) variable.node = before[i]
  network.evaluate()
  return predictions
}
