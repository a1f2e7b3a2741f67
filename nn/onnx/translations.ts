import { InvalidInputError } from '../../base/errors.ts'
import { convertHost } from '../../engine/dtype.ts'
import type { DType, Shape } from '../../engine/index.ts'
import type { Window } from '../../engine/operations/attributes.ts'
import type { Operation, OperationOf } from '../../engine/plan/graph.ts'
import type { PrimitiveName } from '../../engine/primitiveNames.ts'
import type { BinaryName, UnaryName } from '../../engine/scalarFunctions.ts'
import { sizeOf } from '../../engine/shape.ts'
import { anyLength, refuse } from './batch.ts'
import { dataTypes, type GraphBuilder } from './graphBuilder.ts'

/** A value of the ONNX graph. */
export interface Operand {
  readonly name: string
  readonly shape: Shape
  readonly dtype: DType
}

/** Adds nodes that compute the operation to the graph, and returns the name of the result. */
type Translation<Name extends PrimitiveName> = (
  graph: GraphBuilder,
  inputs: readonly Operand[],
  operation: OperationOf<Name>,
) => string

/** The version of ONNX's operator set that the translations use: that of ONNX 1.12, from 2022. */
export const opset = 17

const namesOf = (inputs: readonly Operand[]) => inputs.map(({ name }) => name)

/** Translates to the operator of this name, which computes the same. */
const same =
  (operator: string): Translation<PrimitiveName> =>
  (graph, inputs) =>
    graph.node(operator, namesOf(inputs))

const unary: Readonly<Record<UnaryName, Translation<UnaryName> | 'none'>> = {
  negate: same('Neg'),
  abs: same('Abs'),
  floor: same('Floor'),
  ceil: same('Ceil'),
  round: same('Round'),
  sqrt: same('Sqrt'),
  exp: same('Exp'),
  expm1: (graph, [x]) => graph.node('Sub', [graph.node('Exp', [x.name]), one(graph, x)]),
  log: same('Log'),
  log1p: (graph, [x]) => graph.node('Log', [graph.node('Add', [x.name, one(graph, x)])]),
  sin: same('Sin'),
  cos: same('Cos'),
  asin: same('Asin'),
  acos: same('Acos'),
  atan: same('Atan'),
  sinh: same('Sinh'),
  cosh: same('Cosh'),
  tanh: same('Tanh'),
  erf: same('Erf'),
  logicalNot: same('Not'),
}

const binary: Readonly<Record<BinaryName, Translation<BinaryName> | 'none'>> = {
  add: same('Add'),
  subtract: same('Sub'),
  multiply: same('Mul'),
  divide: same('Div'),
  remainder: (graph, [a, b]) => {
    const quotient = graph.node('Floor', [graph.node('Div', [a.name, b.name])])
    return graph.node('Sub', [a.name, graph.node('Mul', [quotient, b.name])])
  },
  power: same('Pow'),
  atan2: 'none',
  maximum: same('Max'),
  minimum: same('Min'),
  less: same('Less'),
  lessEqual: same('LessOrEqual'),
  equal: same('Equal'),
  logicalAnd: same('And'),
  logicalOr: same('Or'),
}

/** Every primitive in ONNX; `'none'` if ONNX lacks it, or if no network in evaluation mode computes it. */
const translations: { readonly [Name in PrimitiveName]: Translation<Name> | 'none' } = {
  ...unary,
  ...binary,
  where: same('Where'),
  cast: (graph, [x], { dtype }) => graph.node('Cast', [x.name], { to: dataTypes[dtype] }),
  detach: (_, [x]) => x.name,
  literal: (graph, _, { attributes, dtype }) => scalar(graph, attributes.value, dtype),
  iota,
  sum: (graph, [x], { attributes }) =>
    graph.node('ReduceSum', [x.name, graph.integers(attributes.axes)], { keepdims: 1 }),
  amax: (graph, [x], { attributes }) =>
    graph.node('ReduceMax', [x.name], { axes: attributes.axes, keepdims: 1 }),
  argmax: (graph, [x], { attributes }) =>
    asInt32(graph, graph.node('ArgMax', [x.name], { axis: attributes.axis, keepdims: 1 })),
  reshape: (graph, [x], operation) => graph.node('Reshape', [x.name, lengths(graph, operation)]),
  permute: (graph, [x], { attributes }) => graph.node('Transpose', [x.name], { perm: attributes.order }),
  broadcastTo,
  slice,
  embed,
  concatenate: (graph, inputs, { attributes }) =>
    graph.node('Concat', namesOf(inputs), { axis: attributes.axis }),
  matmul: same('MatMul'),
  conv2d: (graph, [x, weight], { attributes }) =>
    graph.node('Conv', [x.name, weight.name], {
      ...windowAttributes(attributes),
      kernel_shape: weight.shape.slice(2),
      group: attributes.groups,
    }),
  conv2dInputGradient: 'none',
  conv2dWeightGradient: 'none',
  maxPool2dIndices,
  gather: (graph, [x, index], { attributes }) =>
    graph.node('GatherElements', [x.name, index.name], { axis: attributes.axis }),
  scatterAdd: 'none',
  randomBits: 'none',
}

/** Adds an operation to the graph, and returns the name of the result. Throws if it has no translation. */
export function translate<Name extends PrimitiveName>(
  graph: GraphBuilder,
  inputs: readonly Operand[],
  operation: OperationOf<Name>,
): string {
  const translation = translations[operation.name]
  if (translation === 'none') {
    throw new InvalidInputError(`onnx: the network computes '${operation.name}', which has no translation`)
  }
  return translation(graph, inputs, operation)
}

function scalar(graph: GraphBuilder, value: number, dtype: DType): string {
  return graph.constant(convertHost(dtype, [value]), [], dtype)
}

function one(graph: GraphBuilder, { dtype }: Operand): string {
  return scalar(graph, 1, dtype)
}

function asInt32(graph: GraphBuilder, name: string): string {
  return graph.node('Cast', [name], { to: dataTypes.int32 })
}

function windowAttributes({ stride, padding, dilation }: Window) {
  return { strides: stride, pads: [...padding, ...padding], dilations: dilation }
}

/** Adds the lengths of a result, one of which ONNX infers: that of the batch axis. */
function lengths(graph: GraphBuilder, operation: Operation): string {
  const { shape } = operation
  if (shape.filter((length) => length === anyLength).length > 1) refuse(operation)
  return graph.integers(shape)
}

function iota(graph: GraphBuilder, _: readonly Operand[], operation: OperationOf<'iota'>): string {
  const { shape, attributes } = operation
  if (shape.includes(anyLength)) refuse(operation)
  const axis = attributes.axis
  const inner = sizeOf(shape.slice(axis + 1))
  const values = Int32Array.from({ length: sizeOf(shape) }, (_, i) => Math.floor(i / inner) % shape[axis])
  return graph.constant(values, shape, 'int32')
}

/** ONNX's `Expand` keeps the length of an axis whose target is 1. */
function broadcastTo(
  graph: GraphBuilder,
  [x]: readonly Operand[],
  operation: OperationOf<'broadcastTo'>,
): string {
  const missing = operation.shape.length - x.shape.length
  const target = operation.shape.map((length, axis) => {
    if (length === x.shape[axis - missing]) return 1
    return length === anyLength ? refuse(operation) : length
  })
  return graph.node('Expand', [x.name, graph.integers(target)])
}

function slice(graph: GraphBuilder, [x]: readonly Operand[], operation: OperationOf<'slice'>): string {
  const [starts, steps] = [operation.attributes.starts, operation.attributes.steps]
  const isWhole = (axis: number) =>
    starts[axis] === 0 && steps[axis] === 1 && operation.shape[axis] === x.shape[axis]
  const axes = operation.shape.map((_, axis) => axis).filter((axis) => !isWhole(axis))
  if (axes.some((axis) => x.shape[axis] === anyLength || operation.shape[axis] === anyLength))
    refuse(operation)
  const ends = axes.map((axis) => {
    const end = starts[axis] + steps[axis] * operation.shape[axis]
    // A negative end counts from the back, so an end before the first element must be far below 0.
    return end < 0 ? -(2 ** 31) : end
  })
  const picked = (values: readonly number[]) => graph.integers(axes.map((axis) => values[axis]))
  return graph.node('Slice', [
    x.name,
    picked(starts),
    graph.integers(ends),
    graph.integers(axes),
    picked(steps),
  ])
}

/** Zero padding only; zeros between elements occur only in gradients. */
function embed(graph: GraphBuilder, [x]: readonly Operand[], operation: OperationOf<'embed'>): string {
  const [before, steps] = [operation.attributes.starts, operation.attributes.steps]
  if (steps.some((step) => step !== 1)) {
    throw new InvalidInputError("onnx: the network computes 'embed' with steps, which has no translation")
  }
  const after = operation.shape.map((length, axis) => {
    if (length !== anyLength) return length - x.shape[axis] - before[axis]
    return x.shape[axis] === anyLength && before[axis] === 0 ? 0 : refuse(operation)
  })
  return graph.node('Pad', [x.name, graph.integers([...before, ...after])])
}

/** ONNX's indices of maxima count through all maps, ours within each map. */
function maxPool2dIndices(
  graph: GraphBuilder,
  [x]: readonly Operand[],
  { attributes }: OperationOf<'maxPool2dIndices'>,
): string {
  const { kernel, ...rest } = attributes
  const window = { ...windowAttributes(rest), kernel_shape: kernel }
  const indices = graph.node('MaxPool', [x.name], window, 2)
  return asInt32(graph, graph.node('Mod', [indices, graph.integers([sizeOf(x.shape.slice(2))])]))
}
