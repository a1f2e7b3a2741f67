import { create } from '@bufbuild/protobuf'
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from 'onnx-buf'
import type { DType, HostArray, Shape } from '../../engine/index.ts'

/** Element types in ONNX; its axes, shapes and indices are int64. */
export const dataTypes: Readonly<Record<DType, DataType>> = {
  float32: DataType.FLOAT,
  float64: DataType.DOUBLE,
  int32: DataType.INT32,
  bool: DataType.BOOL,
}

export type AttributeValue = number | readonly number[] | TensorProto

/** Builds an ONNX graph. Names identify values. */
export class GraphBuilder {
  readonly #nodes: NodeProto[] = []
  readonly #weights: TensorProto[] = []
  /** Names of constants, by type, shape and contents. */
  readonly #constants = new Map<string, string>()

  get contents() {
    return { name: 'thermograd', node: this.#nodes, initializer: this.#weights }
  }

  /** Adds a node with `outputCount` outputs, and returns the name of the last. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    outputCount = 1,
  ): string {
    const name = `${operator}_${this.#nodes.length}`
    const output = Array.from({ length: outputCount }, (_, i) => (i === 0 ? name : `${name}_${i}`))
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value))
    this.#nodes.push(
      create(NodeProtoSchema, { name, opType: operator, input: [...inputs], output, attribute }),
    )
    return output.at(-1)!
  }

  /** Adds an output of the graph: the value under the name that users request. */
  output(value: string, name: string): string {
    this.#nodes.push(create(NodeProtoSchema, { name, opType: 'Identity', input: [value], output: [name] }))
    return name
  }

  /** Adds weights as an initializer of this name. */
  weight(name: string, values: HostArray, shape: Shape, dtype: DType): string {
    this.#weights.push({ ...tensorOf(values, shape, dataTypes[dtype]), name })
    return name
  }

  /** Adds numbers that are part of the graph, and returns their name. */
  constant(values: HostArray, shape: Shape, dtype: DType): string {
    return this.#once(tensorOf(values, shape, dataTypes[dtype]))
  }

  /** Adds a list of axes or lengths as a constant. */
  integers(values: readonly number[]): string {
    return this.#once(tensorOf(BigInt64Array.from(values, BigInt), [values.length], DataType.INT64))
  }

  /** Adds a constant, unless an equal one exists. */
  #once(value: TensorProto): string {
    const key = `${value.dataType} ${value.dims} ${value.rawData}`
    const name = this.#constants.get(key) ?? this.node('Constant', [], { value })
    this.#constants.set(key, name)
    return name
  }
}

function tensorOf(values: HostArray | BigInt64Array, shape: Shape, dataType: DataType): TensorProto {
  const rawData = new Uint8Array(values.byteLength)
  rawData.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  return create(TensorProtoSchema, { dims: shape.map(BigInt), dataType, rawData })
}

function attributeOf(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) })
  return 'dataType' in value
    ? create(AttributeProtoSchema, { name, type: AttributeType.TENSOR, t: value })
    : create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) })
}
