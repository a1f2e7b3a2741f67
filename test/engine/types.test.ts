import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DeviceName } from '../../engine/device.ts'
import { type DType, dtypeOf } from '../../engine/dtype.ts'
import {
  adaptiveAveragePool2d,
  averagePool2d,
  cast,
  conv2d,
  type Executor,
  equal,
  full,
  InvalidInputError,
  less,
  lessEqual,
  matmul,
  maxPool2d,
  openExecutor,
  scatterAdd,
  type Tensor,
  type TensorLike,
  tensor,
  where,
} from '../../engine/index.ts'
import { tensorsOf, values, wholeNumber } from '../../engine/laws/arbitraries.ts'
import type { Call } from '../../engine/laws/call.ts'
import { callsOf } from '../../engine/laws/calls.ts'
import type { AnyPrimitive } from '../../engine/operations/primitive.ts'
import { primitiveOf, primitives } from '../../engine/operations/primitives.ts'
import type { PrimitiveName } from '../../engine/primitiveNames.ts'
import { int32, numbers } from './numbers.ts'

const names: readonly DeviceName[] = ['reference', 'wasm', 'gpujs-cpu']
const executors: readonly Executor[] = await Promise.all(
  names.map(async (name) => (await openExecutor(name)).executor),
)

/** The results of a computation on every executor. */
async function everywhere(compute: () => Tensor, on = executors): Promise<unknown[]> {
  const computed: unknown[] = []
  for (const executor of on) computed.push(Array.from(await compute().data({ executor })))
  return computed
}

const types: readonly DType[] = ['float32', 'int32', 'bool']

/** The types of a call: of its operands, and the one that it names. */
function typesOf({ inputs, attributes }: Call): string {
  return [...inputs.map(({ data }) => dtypeOf(data)), attributes?.dtype ?? []].flat().join(' ')
}

/** Whether the shape rule takes the call with other types, given as `typesOf` gives them. */
function admits(
  name: PrimitiveName,
  { inputs, attributes = {} }: Call,
  combination: readonly DType[],
): boolean {
  const operands = inputs.map(({ shape }, i) => ({ shape, dtype: combination[i] }))
  const dtype = combination[inputs.length]
  try {
    const primitive: AnyPrimitive = primitiveOf(name)
    primitive.infer(operands, dtype === undefined ? attributes : { ...attributes, dtype })
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError)
    return false
  }
}

function combinations(count: number): DType[][] {
  if (count === 0) return [[]]
  return combinations(count - 1).flatMap((first) => types.map((last) => [...first, last]))
}

describe('the random calls of a primitive', () => {
  it.each(primitives.map(({ name }) => name))(
    'should have all types that %s takes, and no others',
    (name) => {
      const drawn = fc
        .sample(callsOf(name), { numRuns: 300, seed: 1 })
        .filter(({ inputs }) => inputs.length <= 3)
      const counts = new Set(
        drawn.map(({ inputs, attributes }) => inputs.length + Number('dtype' in (attributes ?? {}))),
      )
      const admitted = [...counts]
        .flatMap(combinations)
        .filter((combination) =>
          drawn.some(
            (call) =>
              typesOf(call).split(' ').filter(Boolean).length === combination.length &&
              admits(name, call, combination),
          ),
        )
      expect(new Set(drawn.map(typesOf))).toEqual(
        new Set(admitted.map((combination) => combination.join(' '))),
      )
    },
  )
})

describe('operations on windows', () => {
  const maps = (elements: number[], dtype: DType) => tensor(elements, { shape: [1, 1, 2, 2], dtype })

  it('should refuse to convolve integers with integers', () => {
    const x = maps([1, 2, 3, 4], 'int32')
    expect(() => conv2d(x, x)).toThrow(
      'conv2d: expected floating numbers of one type, got int32: cast to float32',
    )
    const truths = maps([1, 0, 0, 1], 'bool')
    expect(() => conv2d(truths, truths)).toThrow('conv2d: expected floating numbers of one type, got bool')
  })

  it('should take integers beside floating numbers, and truth values for 0 and 1', async () => {
    const [whole, truths] = [maps([1, 2, 3, 5], 'int32'), maps([0, 1, 0, 0], 'bool')]
    const ones = maps([1, 1, 1, 1], 'float32')
    expect(await everywhere(() => conv2d(whole, ones))).toEqual([[11], [11], [11]])
    expect(await everywhere(() => averagePool2d(whole, 2))).toEqual([[2.75], [2.75], [2.75]])
    expect(await everywhere(() => averagePool2d(truths, 2))).toEqual([[0.25], [0.25], [0.25]])
    expect(await everywhere(() => adaptiveAveragePool2d(whole, 1))).toEqual([[2.75], [2.75], [2.75]])
    expect(await everywhere(() => maxPool2d(whole, 2))).toEqual([[5], [5], [5]])
    expect(await everywhere(() => maxPool2d(truths, 2))).toEqual([[1], [1], [1]])
    expect([maxPool2d(whole, 2).dtype, maxPool2d(truths, 2).dtype]).toEqual(['int32', 'int32'])
  })
})

describe('sums of truth values', () => {
  const truths = tensor([true, true])

  it('should count as int32 where products are summed', async () => {
    expect(matmul(truths, truths).dtype).toBe('int32')
    expect(await everywhere(() => matmul(truths, truths))).toEqual([2, 2, 2].map((value) => [value]))
  })

  it('should count as int32 where they are scattered', async () => {
    const sums = () => scatterAdd(tensor([false, true]), 0, int32([1, 1]), truths)
    expect(sums().dtype).toBe('int32')
    expect(await everywhere(sums)).toEqual([0, 1, 2].map(() => [0, 3]))
  })

  it('should keep the fractions that are scattered onto integers', async () => {
    const sums = () => scatterAdd(int32([1, 2]), 0, int32([1, 1]), tensor([0.5, 0.25]))
    expect(await everywhere(sums)).toEqual([0, 1, 2].map(() => [1, 2.75]))
  })
})

describe('a number beside integers', () => {
  const beyond = fc.constantFrom(2 ** 31, 3e9, 1e10, 2 ** 53, 1e300, -(2 ** 31) - 1, -3e9, -1e300)

  type Comparison = (a: TensorLike, b: TensorLike) => Tensor
  const comparisons: readonly [name: string, Comparison, (a: number, b: number) => boolean][] = [
    ['less', less, (a, b) => a < b],
    ['lessEqual', lessEqual, (a, b) => a <= b],
    ['equal', equal, (a, b) => a === b],
  ]
  it.each(comparisons)('should be compared by %s whether int32 has it or not', (_, compare, expected) =>
    fc.assert(
      fc.asyncProperty(
        values([4], 'int32', wholeNumber),
        fc.oneof(wholeNumber, beyond),
        async (x, number) => {
          const row = Array.from(x.data)
          const wanted = [
            ...row.map((value) => expected(value, number)),
            ...row.map((value) => expected(number, value)),
          ]
          const compute = () => {
            const [tensor] = tensorsOf([x])
            return [compare(tensor, number), compare(number, tensor)]
          }
          for (const executor of executors.slice(0, 2)) {
            const results = await Promise.all(compute().map((result) => result.data({ executor })))
            expect(results.flatMap((result) => Array.from(result))).toEqual(wanted.map(Number))
          }
        },
      ),
      { numRuns: 60 },
    ),
  )

  it('should be compared on a GPU as anywhere', async () => {
    const x = int32([5, -5, 2 ** 24])
    expect(await everywhere(() => less(x, 3e9))).toEqual([1, 1, 1].map(() => [1, 1, 1]))
    expect(await everywhere(() => less(x, -3e9))).toEqual([1, 1, 1].map(() => [0, 0, 0]))
  })

  it.each<[string, (x: Tensor, number: number) => Tensor]>([
    ['add', (x, number) => x.add(number)],
    ['subtract', (x, number) => x.subtract(number)],
    ['multiply', (x, number) => x.multiply(number)],
    ['maximum', (x, number) => x.maximum(number)],
    ['minimum', (x, number) => x.minimum(number)],
    ['where', (x, number) => where(tensor([true]), x, number)],
  ])('should be refused by %s where int32 lacks it', (name, compute) =>
    fc.assert(
      fc.property(beyond, (number) => {
        expect(() => compute(int32([1]), number)).toThrow(InvalidInputError)
        expect(() => compute(int32([1]), number)).toThrow(
          `${name}: ${number} is out of range of the int32 tensor: cast that to float32`,
        )
      }),
    ),
  )

  it('should meet them as float32 where the result is floating, or the number a fraction', async () => {
    const x = int32([6, -6])
    expect(await everywhere(() => x.divide(3e9))).toEqual(
      [0, 1, 2].map(() => [6, -6].map((value) => Math.fround(value / 3e9))),
    )
    expect(await everywhere(() => x.add(0.5))).toEqual([0, 1, 2].map(() => [6.5, -5.5]))
    expect(await everywhere(() => x.less(Infinity))).toEqual([0, 1, 2].map(() => [1, 1]))
    expect(await everywhere(() => x.multiply(Number.NaN))).toEqual(
      [0, 1, 2].map(() => [Number.NaN, Number.NaN]),
    )
  })
})

describe('a literal of int32', () => {
  it.each([0.5, Number.NaN, Infinity, 2 ** 31, -3e9])('should not be %d', (value) =>
    expect(() => full([2], value, 'int32')).toThrow(`full: expected an int32 value, got ${value}`),
  )

  it('should be what a number is cast to', async () => {
    for (const value of [2.9, -2.9, 3e9, -3e9, Infinity, Number.NaN, 16777217])
      expect(await everywhere(() => cast(value, 'int32'), executors.slice(0, 2))).toEqual(
        [0, 1].map(() => [Math.max(-(2 ** 31), Math.min(Math.trunc(value), 2 ** 31 - 1)) | 0]),
      )
  })
})

describe('int32 arithmetic that overflows', () => {
  const whole = executors.slice(0, 2)
  const row = () => int32([2 ** 31 - 1, 1, 5])

  it('should wrap around alike on all executors that hold all of int32', async () => {
    expect(await everywhere(() => row().sum(), whole)).toEqual([0, 1].map(() => [-(2 ** 31) + 5]))
    expect(await everywhere(() => row().add(1), whole)).toEqual([0, 1].map(() => [-(2 ** 31), 2, 6]))
    expect(await everywhere(() => row().multiply(row()), whole)).toEqual([0, 1].map(() => [1, 1, 25]))
    expect(await everywhere(() => row().matmul(row()), whole)).toEqual([0, 1].map(() => [27]))
    const index = int32([0, 0, 0])
    expect(await everywhere(() => scatterAdd(int32([1]), 0, index, row()), whole)).toEqual(
      [0, 1].map(() => [-(2 ** 31) + 6]),
    )
  })

  it('should not overflow once cast', async () => {
    expect(await numbers(row().cast('float64').sum())).toEqual([2 ** 31 + 5])
  })
})
