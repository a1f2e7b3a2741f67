import { tensor } from '../../engine/index.ts'
import type { Node } from '../../engine/node.ts'
import type { Operation } from '../../engine/plan/graph.ts'
import { type BoundGraph, recordingOf } from '../../engine/realize.ts'
import { sizeOf } from '../../engine/shape.ts'
import type { Predictions } from '../models/network.ts'
import { inEvaluation, type Module } from '../module.ts'
import { withAnyBatch } from './batch.ts'

/** Channels, height and width. */
export type ImageShape = readonly [number, number, number]

/** The graph of a network in evaluation mode. Values are numbered: inputs first, then operations. */
export interface RecordedNetwork {
  /** The images, the weights, and any other tensors that the network holds. */
  readonly inputs: readonly Node[]
  /** The input that holds the images. */
  readonly images: Node
  /** Operations for any number of images. */
  readonly operations: readonly Operation[]
  /** Number of the value that is the logits. */
  readonly logits: number
}

/** Records the network twice, with different numbers of images. */
export function recordNetwork(network: Module<Predictions>, image: ImageShape): RecordedNetwork {
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
): { recording: BoundGraph; images: Node } {
  const images = tensor(new Float32Array(sizeOf(shape)), { shape })
  const { logits } = network.forward(images)
  return { recording: recordingOf(logits), images: images.node }
}
