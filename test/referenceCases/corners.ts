import { describe, expect, it } from 'vitest'
import { isFloat } from '../../engine/dtype.ts'
import { type DType, type Executor, grad, realizeOn, type Tensor, tensor } from '../../engine/index.ts'
import { inFloat32 } from '../../engine/laws/comparison.ts'
import { cornerCalls } from './cornerCalls.ts'
import { type Difference, differences, outsideFloat32, outsideGpu, type Result } from './cornerDifferences.ts'
import type { Precision } from './precision.ts'

/** JSON has no name for these. */
type Written = number | 'nan' | 'inf' | '-inf' | '-0'

interface WrittenTensor {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: readonly Written[]
}

/** One call at its corners, as the README of the numbers says. */
export interface Corner {
  readonly call: string
  readonly inputs: readonly WrittenTensor[]
  readonly output: Omit<WrittenTensor, 'dtype'>
  /** By each floating input. */
  readonly gradients?: readonly (readonly Written[])[]
  /** Of the gradient by one, by the other. */
  readonly second?: readonly (readonly (readonly Written[])[])[]
}

const words = { nan: Number.NaN, inf: Infinity, '-inf': -Infinity, '-0': -0 }

function read(value: Written): number {
  return typeof value === 'number' ? value : words[value]
}

/** 1, ½, …, 1/period, 1, ½, … */
function weigh(x: Tensor, period: number): Tensor {
  const weights = Float64Array.from({ length: x.size }, (_, i) => weightAt(i, period))
  return x.multiply(tensor(weights, { dtype: x.dtype, shape: x.shape })).sum()
}

function weightAt(position: number, period: number): number {
  return 1 / (1 + (position % period))
}

/** What is computed of a corner, what it should be, and the weights of its elements. */
interface Comparison {
  readonly result: Result
  readonly computed: Tensor
  readonly expected: readonly Written[]
  readonly weights: (position: number) => number
}

function comparisonsOf(corner: Corner, inputs: readonly Tensor[], orders: number): Comparison[] {
  const output = cornerCalls[corner.call](...inputs)
  expect(output.shape, 'the shape').toEqual(corner.output.shape)
  const comparisons: Comparison[] = [
    { result: 'value', computed: output, expected: corner.output.data, weights: () => 1 },
  ]
  const sources = inputs.filter(({ dtype }) => isFloat(dtype))
  if (corner.gradients === undefined || !isFloat(output.dtype)) return comparisons
  const first = grad(weigh(output, 4), sources)
  first.forEach((computed, i) => {
    const weights = (position: number) => weightAt(position, 4)
    comparisons.push({ result: `d${i}`, computed, expected: corner.gradients![i], weights })
    if (orders < 2) return
    grad(weigh(computed, 2), sources).forEach((computed, j) => {
      const weights = (position: number) => weightAt(position, 4) * weightAt(position, 2)
      comparisons.push({ result: `d${i}d${j}`, computed, expected: corner.second![i][j], weights })
    })
  })
  return comparisons
}

/** The operands of an element: those at its place or, of a matrix that is folded, its row. */
function operandsAt({ inputs }: Corner, position: number, count: number): number[] {
  if (inputs.length !== 1 || inputs[0].shape.length !== 2)
    return inputs.map((input) => read(input.data[position]))
  const [{ shape, data }] = inputs
  const row = Math.floor((position * shape[0]) / count)
  return data.slice(row * shape[1], (row + 1) * shape[1]).map(read)
}

function differenceAt(corner: Corner, result: Result, operands: readonly number[]): Difference | undefined {
  return differences.find(
    ({ call, results, at }) => call.test(corner.call) && results.test(result) && at(operands),
  )
}

/** Whether PyTorch's number is another one at this corner than the difference says. */
export function differenceChanges(corner: Corner, difference: Difference): boolean {
  const { output, gradients = [], second = [] } = corner
  const results: [Result, readonly Written[]][] = [
    ['value', output.data],
    ...gradients.map((data, i): [Result, readonly Written[]] => [`d${i}`, data]),
    ...second.flatMap((row, i) => row.map((data, j): [Result, readonly Written[]] => [`d${i}d${j}`, data])),
  ]
  return results.some(
    ([result, data]) =>
      difference.call.test(corner.call) &&
      difference.results.test(result) &&
      data.some((value, position) => {
        const operands = operandsAt(corner, position, data.length)
        return difference.at(operands) && !isClose(difference.is(operands), read(value))
      }),
  )
}

/** Whether an executor of float32 is given the very numbers. */
function isExact({ inputs }: Corner): boolean {
  return inputs.every(({ dtype, data }) =>
    data.every((value) => dtype !== 'float64' || Object.is(Math.fround(read(value)), read(value))),
  )
}

/** Whether the executor holds all integers of a corner exactly. */
function holdsIntegers({ inputs }: Corner, { limits }: Executor): boolean {
  const most = 2 ** (limits?.integerBits ?? 31)
  return inputs.every(
    ({ dtype, data }) => dtype !== 'int32' || data.every((value) => Math.abs(read(value)) <= most),
  )
}

/** Whether an executor computes otherwise with these operands, or cannot hold the result, by the limits that it states. */
function isBeyond(
  { name, limits }: Executor,
  { call }: Corner,
  operands: readonly number[],
  result: number,
): boolean {
  if (limits === undefined) return false
  const isSubnormal = (x: number) => x !== 0 && Math.abs(x) < 2 ** -126
  if (!limits.subnormals && [...operands, result].some(isSubnormal)) return true
  const isAngle = /^(sin|cos|tan)\(/.test(call)
  if (isAngle && operands.some((x) => Math.abs(x) > limits.largestAngle)) return true
  return name === 'gpu' && outsideGpu.some((outside) => outside.call.test(call) && outside.at(operands))
}

async function check(corner: Corner, { dtype }: Precision, executor: Executor): Promise<void> {
  if (!holdsIntegers(corner, executor)) return
  const inputs = corner.inputs.map((input) =>
    tensor(input.data.map(read), { dtype: isFloat(input.dtype) ? dtype : input.dtype, shape: input.shape }),
  )
  const comparisons = comparisonsOf(corner, inputs, dtype === 'float64' ? 2 : 1)
  await realizeOn(executor, ...comparisons.map(({ computed }) => computed))
  const wrong: string[] = []
  for (const { result, computed, expected, weights } of comparisons) {
    const got = await computed.data()
    expect(got.length, result).toBe(expected.length)
    expected.forEach((value, position) => {
      const operands = operandsAt(corner, position, expected.length)
      if (dtype === 'float32' && outsideFloat32.call.test(corner.call) && outsideFloat32.at(operands)) return
      const difference = differenceAt(corner, result, operands)
      const weight = weights(position)
      const wanted = difference ? difference.is(operands) * weight : read(value)
      if (isBeyond(executor, corner, operands, wanted)) return
      const isRight = dtype === 'float32' ? isCloseInFloat32 : isClose
      if (!isRight(got[position], wanted, result === 'value' ? undefined : weight))
        wrong.push(`${result} at (${operands.join(', ')}) is ${got[position]}, expected ${wanted}`)
    })
  }
  expect(wrong).toEqual([])
}

/** Numbers in the file have twelve digits, and a derivative may be a sum that cancels. 0 and −0 are equal. */
function isClose(got: number, wanted: number, weight?: number): boolean {
  const least = weight === undefined ? 1e-300 : 1e-13
  return (
    got === wanted || Object.is(got, wanted) || Math.abs(got - wanted) <= 1e-11 * Math.abs(wanted) + least
  )
}

/** A derivative is weighed after it was rounded, which may make it infinite. */
function isCloseInFloat32(got: number, wanted: number, weight = 1): boolean {
  const rounded = Math.fround(Math.fround(wanted / weight) * weight)
  return (
    got === rounded ||
    Object.is(got, rounded) ||
    Math.abs(got - wanted) <= inFloat32.relative * Math.max(1, Math.abs(wanted))
  )
}

/** Holds operations to PyTorch where they are at their most difficult: derivatives of two orders in float64, one in float32. */
export function describeCorners(corners: readonly Corner[], precisions: readonly Precision[]): void {
  describe.each(precisions)('on the $name', (precision) => {
    for (const [call, ofCall] of Map.groupBy(corners, ({ call }) => call)) {
      const known = ofCall.filter((corner) => precision.dtype === 'float64' || isExact(corner))
      it(call, async () => {
        const executor = await precision.open()
        for (const corner of known) await check(corner, precision, executor)
      })
    }
  })
}
