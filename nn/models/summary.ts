import { check } from '../../base/arguments.ts'
import { type Shape, type Tensor, zeros } from '../../engine/index.ts'
import { recordingOf } from '../../engine/realize.ts'
import { sizeOf } from '../../engine/shape.ts'
import { imageRule } from '../arguments.ts'
import { inEvaluation } from '../module.ts'
import { type Network, networkRule, type Predictions } from './network.ts'

export interface NetworkSummary {
  /** Number of trained values. */
  readonly parameters: number
  /** Multiply-adds of the convolutions and linear layers for one image. */
  readonly multiplyAdds: number
  /** Shapes of the maps after the stem and after each stage: [C, H, W]. */
  readonly features: readonly Shape[]
  /** Width of the last layer's input. */
  readonly pooled: number
}

/** Records the predictions for one image [C, H, W] in evaluation mode, to read shapes from. Computes nothing. */
export function predictionsOf(network: Network, image: Shape): Predictions {
  check('predictionsOf', 'network', network, networkRule)
  check('predictionsOf', 'image', image, imageRule)
  return inEvaluation(network, () => network.forward(zeros([1, ...image])))
}

/** Returns the size of a network for images [C, H, W], read from the graph of its logits. Computes nothing. */
export function summaryOf(network: Network, image: Shape): NetworkSummary {
  const { logits, features, pooled } = predictionsOf(network, image)
  return {
    parameters: network.parameters().reduce((sum, { size }) => sum + size, 0),
    multiplyAdds: multiplyAdds(logits),
    features: features.map(({ shape }) => shape.slice(1)),
    pooled: pooled.size,
  }
}

/** Counts one for each weight of each output. Average pooling, a convolution with a broadcast constant, is not counted. */
function multiplyAdds(result: Tensor): number {
  const { inputs, operations } = recordingOf(result).graph
  const values = [...inputs, ...operations]
  const isRepeated = (value: number) => operations[value - inputs.length]?.name === 'broadcastTo'
  let total = 0
  for (const operation of operations) {
    const [, weights] = operation.inputs
    if (operation.name === 'conv2d' && !isRepeated(weights)) {
      total += sizeOf(operation.shape) * sizeOf(values[weights].shape.slice(1))
    }
    if (operation.name === 'matmul') total += sizeOf(operation.shape) * values[weights].shape.at(-2)!
  }
  return total
}
