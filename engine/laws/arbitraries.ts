import fc from 'fast-check'
import { convertHost, dtypeOf } from '../dtype.ts'
import { type DType, type HostArray, type Shape, type Tensor, tensor } from '../index.ts'
import { sizeOf } from '../shape.ts'

/** Elements and their shape. */
export interface Values {
  readonly data: HostArray
  readonly shape: Shape
}

export interface ShapeConstraints {
  /** Default 0 (included). */
  minRank?: number
  /** Default 4 (included). */
  maxRank?: number
  /** Default 1 (included). */
  minLength?: number
  /** Default 7 (included). */
  maxLength?: number
}

/** For shapes; lengths shrink to `minLength`, ranks to `minRank`. */
export function shape(constraints: ShapeConstraints = {}): fc.Arbitrary<number[]> {
  const { minRank = 0, maxRank = 4, minLength = 1, maxLength = 7 } = constraints
  return fc.array(fc.integer({ min: minLength, max: maxLength }), { minLength: minRank, maxLength: maxRank })
}

/** For shapes that broadcast together: some lengths of a common shape become 1, some leading axes are dropped. */
export function broadcastableShapes(count: number, constraints?: ShapeConstraints): fc.Arbitrary<number[][]> {
  const thinning = fc.record({
    ones: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    dropped: fc.nat({ max: 2 }),
  })
  return fc
    .tuple(shape(constraints), fc.array(thinning, { minLength: count, maxLength: count }))
    .map(([common, thinnings]) =>
      thinnings.map(({ ones, dropped }) =>
        common.map((length, axis) => (ones[axis] ? 1 : length)).slice(dropped),
      ),
    )
}

/** For multiples of 1/128 in [−2, 2]: float32 represents them exactly, and ties are common. */
export const gridNumber = fc.integer({ min: -256, max: 256 }).map((count) => count / 128)

/** For numbers in [−20, 20], and those at which functions break down. */
export const anyNumber = fc.oneof(
  { weight: 8, arbitrary: fc.float({ min: -20, max: 20, noNaN: true }).map((value) => value + 0) },
  { weight: 2, arbitrary: gridNumber },
  {
    weight: 2,
    arbitrary: fc.constantFrom(0, 1, -1, 0.5, -2.5, 1.5, Number.NaN, Infinity, -Infinity),
  },
)

/** For int32 values, including the bounds. */
export const wholeNumber = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -9, max: 9 }) },
  { weight: 1, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.constantFrom(-(2 ** 31), 2 ** 31 - 1) },
)

/** For values of a given shape and type. */
export function values(
  shape: Shape,
  dtype: DType = 'float64',
  element: fc.Arbitrary<number> = elementOf(dtype),
): fc.Arbitrary<Values> {
  const size = sizeOf(shape)
  return fc
    .array(element, { minLength: size, maxLength: size })
    .map((elements) => ({ data: convertHost(dtype, elements), shape }))
}

function tensorOfValues({ data, shape }: Values): Tensor {
  return tensor(data, { shape, dtype: dtypeOf(data) })
}

/** Returns tensors of these values. */
export function tensorsOf(values: readonly Values[]): Tensor[] {
  return values.map(tensorOfValues)
}

export interface TensorConstraints {
  /** Default `float64`. */
  dtype?: DType
  /** For each element. Default, by type: multiples of 1/128 in [−2, 2], integers in [−3, 3], or 0 and 1. */
  element?: fc.Arbitrary<number>
}

/** For tensors of a given shape; elements shrink to 0. A counterexample prints as the call that creates the tensor. */
export function tensorOf(shape: Shape, { dtype, element }: TensorConstraints = {}): fc.Arbitrary<Tensor> {
  return values(shape, dtype, element).map((drawn) => {
    const type = dtype === 'bool' ? ", dtype: 'bool'" : ''
    const text = () => `tensor(${fc.stringify(drawn.data)}, { shape: ${fc.stringify(shape)}${type} })`
    return Object.assign(tensorOfValues(drawn), { [fc.toStringMethod]: text })
  })
}

function elementOf(dtype: DType): fc.Arbitrary<number> {
  if (dtype === 'bool') return fc.constantFrom(0, 1)
  return dtype === 'int32' ? fc.integer({ min: -3, max: 3 }) : gridNumber
}

/** For permutations of the integers 0 … length − 1. */
export function permutation(length: number): fc.Arbitrary<number[]> {
  const axes = Array.from({ length }, (_, axis) => axis)
  return fc.shuffledSubarray(axes, { minLength: length, maxLength: length })
}
