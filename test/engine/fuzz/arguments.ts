import fc from 'fast-check'
import type { DType } from '../../../engine/dtype.ts'
import { broadcastableShapes } from '../../../engine/laws/arbitraries.ts'
import type { Shape } from '../../../engine/shape.ts'
import { anyType, elements, length, parameter, scalar, shape } from './elements.ts'
import { type Operand, operandOf, Scalar, type TensorLikeOperand } from './operand.ts'

/** For a tensor of any type. */
export function anyOperand(shapes: fc.Arbitrary<Shape> = shape(), dtypes = anyType): fc.Arbitrary<Operand> {
  return fc.tuple(shapes, dtypes).chain(([drawn, dtype]) => operandOf(drawn, elements(dtype)))
}

/** For a tensor of this shape and type. */
export function operandLike(shape: Shape, dtype: DType): fc.Arbitrary<Operand> {
  return operandOf(shape, elements(dtype))
}

/** For types of several operands: in most cases the same. */
export function types(count: number): fc.Arbitrary<DType[]> {
  return fc.oneof(
    { weight: 3, arbitrary: anyType.map((dtype) => new Array<DType>(count).fill(dtype)) },
    { weight: 1, arbitrary: fc.array(anyType, { minLength: count, maxLength: count }) },
  )
}

/** For operands that broadcast together, now and then a number among them, now and then shapes that do not fit. */
export function broadcast(count: number): fc.Arbitrary<TensorLikeOperand[]> {
  const fitting = broadcastableShapes(count, { minLength: 0, maxLength: 4 })
  const any = fc.array(shape(0, 3), { minLength: count, maxLength: count })
  const shapes = fc.oneof({ weight: 19, arbitrary: fitting }, { weight: 1, arbitrary: any })
  const numbers = fc.array(fc.nat({ max: 5 }), { minLength: count, maxLength: count })
  return fc
    .tuple(shapes, types(count), numbers)
    .chain(([drawn, dtypes, number]) =>
      fc.tuple(
        ...drawn.map((shape, i) =>
          number[i] === 5 ? scalar.map((value) => new Scalar(value)) : operandLike(shape, dtypes[i]),
        ),
      ),
    )
}

/** For a tensor or a number. */
export const tensorOrNumber: fc.Arbitrary<TensorLikeOperand> = fc.oneof(
  { weight: 19, arbitrary: anyOperand() },
  { weight: 1, arbitrary: scalar.map((value) => new Scalar(value)) },
)

/** For an axis, now and then one that is not there. */
export function axisOf(rank: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 19, arbitrary: fc.integer({ min: -Math.max(rank, 1), max: Math.max(rank, 1) - 1 }) },
    { weight: 1, arbitrary: fc.integer({ min: -rank - 2, max: rank + 1 }) },
  )
}

/** For axes: all, one, or a list in any order, counted from either end, now and then one twice. */
export function axesOf(rank: number): fc.Arbitrary<number | number[] | undefined> {
  const list = fc
    .tuple(
      fc.shuffledSubarray(Array.from({ length: rank }, (_, axis) => axis)),
      fc.array(fc.boolean(), { minLength: rank, maxLength: rank }),
    )
    .map(([axes, fromEnd]) => axes.map((axis) => (fromEnd[axis] ? axis - rank : axis)))
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 4, arbitrary: axisOf(rank) },
    { weight: 6, arbitrary: list },
    { weight: 1, arbitrary: fc.array(axisOf(rank), { maxLength: rank + 1 }) },
  )
}

/** For options of which any may be left out. */
export function options<T>(model: { [Name in keyof T]: fc.Arbitrary<T[Name]> }) {
  return fc.record<T, never>(model, { requiredKeys: [] })
}

export const keepDimensions = options({ keepDimensions: fc.boolean() })

/** For arguments of which those at the end may be left out. */
export function optional<Required extends [unknown, ...unknown[]], Optional extends unknown[]>(
  required: Required,
  ...more: { [Position in keyof Optional]: fc.Arbitrary<Optional[Position]> }
) {
  const left = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat({ max: more.length }))
  return fc
    .tuple(fc.tuple<Optional>(...more), left)
    .map(
      ([drawn, count]) =>
        [...required, ...drawn.slice(0, drawn.length - count)] as [...Required, ...Partial<Optional>],
    )
}

/** For int32 indices below a length, now and then outside. */
export function indices(shape: Shape, limit: number): fc.Arbitrary<Operand> {
  const inside = fc.integer({ min: 0, max: Math.max(0, limit - 1) })
  const around = fc.integer({ min: -2, max: limit + 1 })
  const draw = fc
    .oneof({ weight: 9, arbitrary: fc.constant(inside) }, { weight: 1, arbitrary: fc.constant(around) })
    .chain((element) =>
      operandOf(
        shape,
        (base) =>
          fc
            .array(element, { minLength: sizeOf(base), maxLength: sizeOf(base) })
            .map((data) => ({ data: Int32Array.from(data), shape: base })),
        true,
      ),
    )
  return draw
}

/** For a number for both axes of maps, or one for each. */
export function pair(min: number, max: number): fc.Arbitrary<number | [number, number]> {
  const one = fc.integer({ min, max })
  return fc.oneof(one, fc.tuple(one, one))
}

/** Both numbers of a pair. */
export function both(
  value: number | readonly [number, number] | undefined,
  byDefault: number,
): [number, number] {
  const given = value ?? byDefault
  return typeof given === 'number' ? [given, given] : [given[0], given[1]]
}

export { length, parameter, scalar, shape }

function sizeOf(shape: Shape): number {
  return shape.reduce((product, each) => product * each, 1)
}
