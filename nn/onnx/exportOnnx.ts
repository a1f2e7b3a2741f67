import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { ModelProtoSchema, type ValueInfoProtoSchema } from 'onnx-buf'
import { check, checkOptions } from '../../base/arguments.ts'
import { realize, Tensor } from '../../engine/index.ts'
import type { Node } from '../../engine/node.ts'
import { imageRule } from '../arguments.ts'
import type { Predictions } from '../models/network.ts'
import { type Module, moduleRule } from '../module.ts'
import { anyLength } from './batch.ts'
import { dataTypes, GraphBuilder } from './graphBuilder.ts'
import { type ImageShape, recordNetwork } from './record.ts'
import { type Operand, opset, translate } from './translations.ts'

/** Version of the file format that belongs to the opset. */
const irVersion = 8n

export interface OnnxOptions {
  /** Channels, height and width of an image. Default [3, 32, 32]. */
  image?: ImageShape
}

/**
 * Returns the network in evaluation mode as an ONNX file: opset 17; one input `images` [N, C, H, W], float32, for any
 * N; one output `logits` [N, classes]; weights under their names in the state dictionary. Pixels must be normalised as
 * in training. Records the network by calling it, and translates operation by operation. Throws if ONNX lacks one of
 * its operations.
 */
export async function exportOnnx(
  network: Module<Predictions>,
  options: OnnxOptions = {},
): Promise<Uint8Array> {
  check('exportOnnx', 'network', network, moduleRule)
  checkOptions('exportOnnx', options, { image: imageRule })
  const { image = [3, 32, 32] } = options
  await realize(network)
  const recorded = recordNetwork(network, image)
  const images: Operand = { name: 'images', shape: [anyLength, ...image], dtype: 'float32' }
  const graph = new GraphBuilder()
  const weightNames = new Map(Array.from(network.stateDict(), ([name, { node }]) => [node, name]))

  const values: Operand[] = []
  for (const node of recorded.inputs) {
    values.push(node === recorded.images ? images : await heldTensor(node, weightNames.get(node), graph))
  }
  for (const operation of recorded.operations) {
    const inputs = operation.inputs.map((input) => values[input])
    const { shape, dtype } = operation
    values.push({ name: translate(graph, inputs, operation), shape, dtype })
  }
  const result = values[recorded.logits]
  const logits = { ...result, name: graph.output(result.name, 'logits') }
  const model = create(ModelProtoSchema, {
    irVersion,
    producerName: 'thermograd',
    opsetImport: [{ domain: '', version: BigInt(opset) }],
    graph: { ...graph.contents, input: [describe(images)], output: [describe(logits)] },
  })
  return toBinary(ModelProtoSchema, model)
}

/** Adds a tensor that the network holds: a weight under its name, anything else as a constant. */
async function heldTensor(node: Node, name: string | undefined, graph: GraphBuilder): Promise<Operand> {
  const { shape, dtype } = node
  const values = await new Tensor(node).data()
  const held =
    name === undefined ? graph.constant(values, shape, dtype) : graph.weight(name, values, shape, dtype)
  return { name: held, shape, dtype }
}

/** Declares an input or output of the graph. */
function describe({ name, shape, dtype }: Operand): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape.map((length) => ({
    value:
      length === anyLength
        ? ({ case: 'dimParam', value: 'N' } as const)
        : ({ case: 'dimValue', value: BigInt(length) } as const),
  }))
  return {
    name,
    type: { value: { case: 'tensorType', value: { elemType: dataTypes[dtype], shape: { dim } } } },
  }
}
