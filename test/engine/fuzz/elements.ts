import fc from 'fast-check'
import type { DType } from '../../../engine/dtype.ts'
import { type Values, values } from '../../../engine/laws/arbitraries.ts'
import { type Shape, sizeOf } from '../../../engine/shape.ts'

/** Whole halves: ties, zeros and ones are common, and sums are exact. */
const halves = fc.integer({ min: -4, max: 4 }).map((count) => count / 2)

const ordinary = fc.float({ min: -20, max: 20, noNaN: true })

const special = fc.constantFrom(0, -0, 1, -1, 0.5, -0.5, 2, Infinity, -Infinity, Number.NaN)

/** Where float32 and functions over it end: the smallest subnormal, the smallest normal, the largest number. */
const ends32 = [
  2 ** -149,
  2 ** -127,
  2 ** -126,
  1e-30,
  2 ** -24,
  1 - 2 ** -24,
  1 + 2 ** -23,
  16,
  88.7,
  89,
  104,
  2 ** 24,
  2 ** 24 + 2,
  1e9,
  2 ** 31,
  1e19,
  3.4028234663852886e38,
].flatMap((value) => [value, -value])

const ends64 = [5e-324, 2 ** -1022, 1e-200, 2 ** -53, 1 - 2 ** -53, 2 ** 24 + 1, 2 ** 53, 709.7, 710, 1e200]
  .concat(Number.MAX_VALUE)
  .flatMap((value) => [value, -value])

const beside = (rare: fc.Arbitrary<number>) =>
  fc.oneof({ weight: 2, arbitrary: halves }, { weight: 1, arbitrary: rare })

/** Each tensor has elements of one kind, so that special ones do not spoil every sum. */
const float32Kinds: readonly fc.Arbitrary<number>[] = [
  halves,
  ordinary,
  fc.oneof(halves, ordinary),
  beside(special),
  beside(fc.constantFrom(...ends32)),
  fc.float(),
]

const float64Kinds: readonly fc.Arbitrary<number>[] = [
  halves,
  fc.double({ min: -20, max: 20, noNaN: true }),
  beside(special),
  beside(fc.constantFrom(...ends64)),
  fc.double(),
]

const int32Kinds: readonly fc.Arbitrary<number>[] = [
  fc.integer({ min: -4, max: 4 }),
  fc.integer({ min: -4, max: 4 }),
  fc.integer({ min: -1000, max: 1000 }),
  fc.constantFrom(0, 1, 2 ** 24, 2 ** 24 + 1, 2 ** 31 - 1, 1 - 2 ** 31, -(2 ** 31)),
  fc.integer(),
]

const kinds: Record<DType, readonly fc.Arbitrary<number>[]> = {
  float32: float32Kinds,
  float64: float64Kinds,
  int32: int32Kinds,
  bool: [fc.constantFrom(0, 1)],
}

/** For the elements of a tensor of this type. */
export function elements(dtype: DType): (shape: Shape) => fc.Arbitrary<Values> {
  return (shape) =>
    fc.nat({ max: kinds[dtype].length - 1 }).chain((kind) => values(shape, dtype, kinds[dtype][kind]))
}

/** For numbers in place of tensors and for options: float32 holds them. */
export const scalar: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: halves },
  { weight: 1, arbitrary: ordinary },
  { weight: 1, arbitrary: special },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 24, 2 ** 31, -(2 ** 31), 3e9, 1e10, 2 ** -100, 2 ** 100) },
)

/** For finite parameters of functions. */
export const parameter: fc.Arbitrary<number> = fc.oneof(halves, ordinary)

/** Float32 is the type of networks, so most tensors have it. */
export const anyType: fc.Arbitrary<DType> = fc.oneof(
  { weight: 12, arbitrary: fc.constant('float32' as const) },
  { weight: 4, arbitrary: fc.constant('int32' as const) },
  { weight: 2, arbitrary: fc.constant('float64' as const) },
  { weight: 2, arbitrary: fc.constant('bool' as const) },
)

/** Past this, a trial takes long without showing more. */
const largestSize = 400

/** For lengths: now and then 0, now and then past the width of every vector and tile. */
export const length: fc.Arbitrary<number> = fc.oneof(
  { weight: 14, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 6, max: 70 }) },
)

/** For shapes of at least `minRank` axes. */
export function shape(minRank = 0, maxRank = 4): fc.Arbitrary<number[]> {
  return fc
    .array(length, { minLength: minRank, maxLength: maxRank })
    .map((lengths) => (sizeOf(lengths) > largestSize ? lengths.map((each) => Math.min(each, 4)) : lengths))
}
