import { type Executor, type HostArray, realizeOn, type Tensor } from '../index.ts'
import { equalShapes, format, indexAt } from '../shape.ts'

/** The allowed difference, relative to the larger of the expected number and 1. */
export interface Tolerance {
  readonly relative: number
  readonly reason: string
}

/** Allows a hundred float32 roundings, 2⁻²⁴ each, in the same direction. */
export const inFloat32: Tolerance = {
  relative: 1e-5,
  reason: '10⁻⁵ of the larger of the number and 1: about a hundred roundings of float32, 2⁻²⁴ each',
}

/** Allows float64 sums of numbers that partly cancel. */
export const inFloat64: Tolerance = {
  relative: 1e-9,
  reason: '10⁻⁹ of the larger of the number and 1: float64 rounds by 2⁻⁵³, and sums may cancel',
}

/** Tensors and the executor that computes them. */
export interface Computed {
  readonly tensors: readonly Tensor[]
  readonly executor: Executor
}

/**
 * Computes both and describes the first element that is too far from the expected one, if any. Shapes, types and the
 * elements of int32 and bool must be equal.
 */
export async function complainOfDifference(
  got: Computed,
  wanted: Computed,
  { relative }: Tolerance,
): Promise<string | undefined> {
  await realizeOn(got.executor, ...got.tensors)
  await realizeOn(wanted.executor, ...wanted.tensors)
  for (const [i, expected] of wanted.tensors.entries()) {
    const result = got.tensors[i]
    if (!equalShapes(result.shape, expected.shape) || result.dtype !== expected.dtype)
      return `result ${i} is ${typeOf(result)}, expected ${typeOf(expected)}`
    const [elements, correct] = [await result.data(), await expected.data()]
    const exact = expected.dtype === 'int32' || expected.dtype === 'bool'
    const at = firstDifference(elements, correct, exact ? 0 : relative)
    if (at >= 0)
      return `result ${i} at ${format(indexAt(at, expected.shape))} is ${elements[at]}, expected ${correct[at]}`
  }
  return undefined
}

function firstDifference(got: HostArray, wanted: HostArray, relative: number): number {
  return (wanted as Float64Array).findIndex((value, i) => {
    const allowed = relative * Math.max(1, Math.abs(value))
    return !(Object.is(got[i], value) || Math.abs(got[i] - value) <= allowed)
  })
}

function typeOf({ dtype, shape }: Tensor): string {
  return `${dtype} ${format(shape)}`
}
