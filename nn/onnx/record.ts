import { tensor } from '../../engine/index.ts'
import type { Node } from '../../engine/node.ts'
import type { Operation, Recording } from '../../engine/plan/graph.ts'
import { recordingOf } from '../../engine/realize.ts'
import { sizeOf } from '../../engine/shape.ts'
import type { Predictions } from '../models/network.ts'
import { inEvaluation, type Module } from '../module.ts'
import { withAnyBatch } from './batch.ts'

/** Channels, height and width. */
export type ImageShape = readonly [number, number, number]

/** What a network computes of images in evaluation mode. Values are numbered: first the inputs, then the operations. */
export interface Recipe {
  /** The images, the weights, and whatever other tensors the network holds. */
  readonly inputs: readonly Node[]
  /** Which of them is the images. */
  readonly images: Node
  /** For any number of images. */
  readonly operations: readonly Operation[]
  /** Which value is the logits. */
  readonly logits: number
}

/** Calls the network, twice, and looks what it recorded. */
export function recordNetwork(network: Module<Predictions>, image: ImageShape): Recipe {
  const [first, second] = inEvaluation(network, () =>
    [2, 3].map((count) => record(network, [count, ...image])),
  )
  const { inputs, graph } = first.recording
  return {
    inputs,
    images: first.images,
    operations: withAnyBatch(graph, second.recording.graph),
    logits: graph.outputs[0].value,
  }
}

function record(
  network: Module<Predictions>,
  shape: readonly number[],
): { recording: Recording; images: Node } {
  const images = tensor(new Float32Array(sizeOf(shape)), { shape })
  const { logits } = network.forward(images)
  return { recording: recordingOf(logits), images: images.node }
}
