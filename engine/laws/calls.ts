import fc from 'fast-check'
import type { DType, Shape } from '../index.ts'
import type { NoAttributes } from '../operations/attributes.ts'
import type { FoldName, PrimitiveName } from '../primitiveNames.ts'
import {
  type BinaryName,
  binaryFunctions,
  type Computes,
  isBinary,
  isUnary,
  type UnaryName,
  unaryFunctions,
} from '../scalarFunctions.ts'
import { sizeOf } from '../shape.ts'
import {
  anyNumber,
  broadcastableShapes,
  gridNumber,
  permutation,
  shape,
  type Values,
  values,
  wholeNumber,
} from './arbitraries.ts'
import type { Calls, CallsOf } from './call.ts'
import { windowCalls } from './windowCalls.ts'

const possiblyEmpty = { minLength: 0 }

/** For calls on operands of shapes that broadcast together. */
function onBroadcast(...operands: ((shape: Shape) => fc.Arbitrary<Values>)[]): Calls<NoAttributes> {
  return broadcastableShapes(operands.length, possiblyEmpty)
    .chain((shapes) => fc.tuple(...operands.map((operand, i) => operand(shapes[i]))))
    .map((inputs) => ({ inputs }))
}

const floats = (element: fc.Arbitrary<number>) => (shape: Shape) => values(shape, 'float32', element)
const integers = (shape: Shape) => values(shape, 'int32', wholeNumber)
const truths = (shape: Shape) => values(shape, 'bool')

const types: readonly DType[] = ['float32', 'int32', 'bool']
const anyType = fc.constantFrom(...types)
const numberType = fc.constantFrom<DType[]>('float32', 'int32')

/** For values of a type, including those at which functions break down. */
function anyValues(shape: Shape, dtype: DType): fc.Arbitrary<Values> {
  if (dtype === 'bool') return truths(shape)
  return dtype === 'int32' ? integers(shape) : floats(anyNumber)(shape)
}

/** For values of any type and any of the given shapes. */
function ofAnyType(
  shapes: fc.Arbitrary<readonly number[]> = shape(possiblyEmpty),
  dtypes: fc.Arbitrary<DType> = anyType,
): fc.Arbitrary<Values> {
  return fc.tuple(shapes, dtypes).chain(([shape, dtype]) => anyValues(shape, dtype))
}

type Operands = (shape: Shape) => fc.Arbitrary<Values>

/** The ways to draw the operands of functions that compute on a type. */
const operandsOf: Readonly<Record<Computes, readonly Operands[]>> = {
  float: [floats(anyNumber)],
  number: [floats(anyNumber), integers],
  bool: [truths],
}

/** Operands whose float32 result is well conditioned: no quotient close to an integer, no overflow. */
const onGrid: Operands = floats(gridNumber)
/** Operands for 1ᵇ, which is 1 even for b = NaN. */
const oneOrNaN: Operands = floats(fc.constantFrom(1, 2, Number.NaN))

/** The operands of functions that are ill conditioned on arbitrary numbers. */
const conditioned: { readonly [Name in BinaryName]?: readonly Operands[] } = {
  remainder: [onGrid],
  power: [onGrid, onGrid, onGrid, onGrid, oneOrNaN],
  atan2: [onGrid],
}

function callsOfUnary(name: UnaryName): CallsOf<UnaryName> {
  const ways = operandsOf[unaryFunctions[name].computes]
  return fc.oneof(...ways.map((operand) => shape(possiblyEmpty).chain(operand))).map((x) => ({ inputs: [x] }))
}

function callsOfBinary(name: BinaryName): CallsOf<BinaryName> {
  const ways = conditioned[name] ?? operandsOf[binaryFunctions[name].computes]
  return fc.oneof(...ways.map((operand) => onBroadcast(operand, operand)))
}

const where: CallsOf<'where'> = anyType.chain((dtype) =>
  onBroadcast(
    truths,
    (shape) => anyValues(shape, dtype),
    (shape) => anyValues(shape, dtype),
  ),
)

const cast: CallsOf<'cast'> = anyType.chain((dtype) =>
  fc
    .oneof(
      shape(possiblyEmpty).chain(floats(fc.oneof(anyNumber, fc.constantFrom(3e9, -3e9)))),
      shape(possiblyEmpty).chain(integers),
      shape(possiblyEmpty).chain(truths),
    )
    .map((x) => ({ inputs: [x], attributes: { dtype } })),
)

const literal: CallsOf<'literal'> = fc
  .oneof(
    fc.tuple(gridNumber, fc.constant<DType>('float32')),
    fc.tuple(wholeNumber, fc.constant<DType>('int32')),
    fc.tuple(fc.nat({ max: 1 }), fc.constant<DType>('bool')),
    fc.tuple(fc.constantFrom(Number.NaN, Infinity, -Infinity), fc.constant<DType>('float32')),
  )
  .map(([value, dtype]) => ({ inputs: [], attributes: { value, dtype } }))

const iota: CallsOf<'iota'> = shape({ minRank: 1, minLength: 0 }).chain((shape) =>
  fc.nat({ max: shape.length - 1 }).map((axis) => ({ inputs: [], attributes: { shape, axis } })),
)

/** For reductions over some of the axes. */
function reduction(minLength: number): CallsOf<FoldName> {
  return ofAnyType(shape({ minRank: 1, minLength }), numberType)
    .chain((x) =>
      fc.record({
        x: fc.constant(x),
        axes: fc.subarray(
          x.shape.map((_, axis) => axis),
          { minLength: 1 },
        ),
      }),
    )
    .map(({ x, axes }) => ({ inputs: [x], attributes: { axes } }))
}

const argmax: CallsOf<'argmax'> = ofAnyType(shape({ minRank: 1 }), numberType).chain((x) =>
  fc.nat({ max: x.shape.length - 1 }).map((axis) => ({ inputs: [x], attributes: { axis } })),
)

const reshape: CallsOf<'reshape'> = ofAnyType().chain((x) =>
  fc
    .constantFrom([sizeOf(x.shape)], [1, ...x.shape, 1], x.shape.toReversed())
    .map((shape) => ({ inputs: [x], attributes: { shape } })),
)

const permute: CallsOf<'permute'> = ofAnyType().chain((x) =>
  permutation(x.shape.length).map((order) => ({ inputs: [x], attributes: { order } })),
)

const broadcastTo: CallsOf<'broadcastTo'> = fc
  .record({ full: shape(possiblyEmpty), ones: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }) })
  .chain(({ full, ones }) =>
    ofAnyType(fc.constant(full.map((length, axis) => (ones[axis] ? 1 : length)))).map((x) => ({
      inputs: [x],
      attributes: { shape: full },
    })),
  )

/** For the position of a slice on an axis: elements before, between and after its own, forwards or backwards. */
const span = fc
  .record({
    count: fc.nat({ max: 4 }),
    distance: fc.integer({ min: 1, max: 3 }),
    before: fc.nat({ max: 2 }),
    after: fc.nat({ max: 2 }),
    backwards: fc.boolean(),
  })
  .map(({ count, distance, before, after, backwards }) => {
    const length = before + Math.max(0, (count - 1) * distance + 1) * Number(count > 0) + after
    return backwards
      ? { count, length, start: Math.max(0, length - 1 - before), step: -distance }
      : { count, length, start: before, step: distance }
  })

function strided(into: 'slice' | 'embed'): CallsOf<'slice' | 'embed'> {
  return fc.array(span, { maxLength: 4 }).chain((spans) => {
    const whole = spans.map(({ length }) => length)
    const part = spans.map(({ count }) => count)
    const [from, to] = into === 'slice' ? [whole, part] : [part, whole]
    const attributes = {
      starts: spans.map(({ start }) => start),
      steps: spans.map(({ step }) => step),
      shape: to,
    }
    return ofAnyType(fc.constant(from)).map((x) => ({ inputs: [x], attributes }))
  })
}

const concatenate: CallsOf<'concatenate'> = fc
  .record({
    common: shape({ minRank: 1, minLength: 0 }),
    position: fc.nat(),
    lengths: fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 4 }),
    dtype: anyType,
  })
  .chain(({ common, position, lengths, dtype }) => {
    const axis = position % common.length
    return fc
      .tuple(...lengths.map((length) => anyValues(common.with(axis, length), dtype)))
      .map((inputs) => ({ inputs, attributes: { axis } }))
  })

const matmul: CallsOf<'matmul'> = fc
  .record({
    batch: shape({ maxRank: 2, maxLength: 3, minLength: 0 }),
    rows: fc.integer({ min: 1, max: 9 }),
    inner: fc.nat({ max: 9 }),
    columns: fc.integer({ min: 1, max: 9 }),
    dtype: numberType,
  })
  .chain(({ batch, rows, inner, columns, dtype }) =>
    fc
      .tuple(values([...batch, rows, inner], dtype), values([...batch, inner, columns], dtype))
      .map((inputs) => ({ inputs })),
  )

/** For an index along one axis of a shape, occasionally out of range. */
const indexing = fc
  .record({
    x: shape({ minRank: 1, maxRank: 3 }),
    position: fc.nat(),
    count: fc.nat({ max: 6 }),
  })
  .chain(({ x, position, count }) => {
    const axis = position % x.length
    const index = values(x.with(axis, count), 'int32', fc.integer({ min: -1, max: x[axis] }))
    return fc.record({ x: fc.constant(x), axis: fc.constant(axis), index })
  })

const gather: CallsOf<'gather'> = fc
  .tuple(indexing, anyType)
  .chain(([{ x, axis, index }, dtype]) =>
    anyValues(x, dtype).map((x) => ({ inputs: [x, index], attributes: { axis } })),
  )

const scatterAdd: CallsOf<'scatterAdd'> = fc
  .tuple(indexing, numberType)
  .chain(([{ x, axis, index }, dtype]) =>
    values(index.shape, dtype).map((source) => ({
      inputs: [source, index],
      attributes: { axis, length: x[axis] },
    })),
  )

const randomBits: CallsOf<'randomBits'> = fc
  .record({ key: values([2], 'int32', fc.integer()), shape: shape(possiblyEmpty) })
  .map(({ key, shape }) => ({ inputs: [key], attributes: { shape } }))

/** Random calls of each primitive except the scalar functions; a missing one does not compile. */
const calls: { readonly [Name in Exclude<PrimitiveName, UnaryName | BinaryName>]: CallsOf<Name> } = {
  where,
  cast,
  detach: ofAnyType().map((x) => ({ inputs: [x] })),
  literal,
  iota,
  sum: reduction(0),
  amax: reduction(1),
  argmax,
  reshape,
  permute,
  broadcastTo,
  slice: strided('slice'),
  embed: strided('embed'),
  concatenate,
  matmul,
  ...windowCalls,
  gather,
  scatterAdd,
  randomBits,
}

/** Returns random calls of the named primitive. */
export function callsOf(name: PrimitiveName): Calls {
  if (isUnary(name)) return callsOfUnary(name)
  return isBinary(name) ? callsOfBinary(name) : calls[name]
}
