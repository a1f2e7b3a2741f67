import { Float16Array as Ponyfill } from '@petamoriken/float16'
import fc from 'fast-check'
import ndarray from 'ndarray'
import { describe, expect, it } from 'vitest'
import { openDataset } from '../../datasets/index.ts'
import { type DType, InvalidInputError, type Nested, type TypedArray, tensor } from '../../engine/index.ts'

type Kind = { from(values: number[]): TypedArray }

/** Each kind of typed array, the ends of its range, and the type of its tensors. */
const kinds: readonly [name: string, kind: Kind, ends: readonly [number, number], dtype: DType][] = [
  ['Int8Array', Int8Array, [-128, 127], 'int32'],
  ['Uint8Array', Uint8Array, [0, 255], 'int32'],
  ['Uint8ClampedArray', Uint8ClampedArray, [0, 255], 'int32'],
  ['Buffer', Buffer, [0, 255], 'int32'],
  ['Int16Array', Int16Array, [-(2 ** 15), 2 ** 15 - 1], 'int32'],
  ['Uint16Array', Uint16Array, [0, 2 ** 16 - 1], 'int32'],
  ['Int32Array', Int32Array, [-(2 ** 31), 2 ** 31 - 1], 'int32'],
  ['Float16Array of @petamoriken/float16', Ponyfill, [-2048, 2048], 'float32'],
  ['Float32Array', Float32Array, [-(2 ** 24), 2 ** 24], 'float32'],
  ['Float64Array', Float64Array, [-(2 ** 53), 2 ** 53], 'float64'],
  ...('Float16Array' in globalThis
    ? [['Float16Array', Float16Array, [-2048, 2048], 'float32'] as [string, Kind, [number, number], DType]]
    : []),
]

const wide: readonly [name: string, array: TypedArray, numbers: number[]][] = [
  ['Uint32Array', Uint32Array.of(0, 7, 2 ** 31), [0, 7, 2 ** 31]],
  ['BigInt64Array', BigInt64Array.of(-7n, 2n ** 40n), [-7, 2 ** 40]],
  ['BigUint64Array', BigUint64Array.of(0n, 2n ** 50n), [0, 2 ** 50]],
]

const numbersOf = async (...call: Parameters<typeof tensor>) => Array.from(await tensor(...call).data())

describe('a tensor of a typed array', () => {
  it.each(kinds)('should hold the numbers of a %s', (_, kind, [min, max], dtype) =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max))),
        async (list) => {
          const array = kind.from(list)
          expect(tensor(array).dtype).toBe(dtype)
          expect(await numbersOf(array)).toEqual(list)
          const reversed = { data: array, shape: [list.length], stride: [-1], offset: list.length - 1 }
          expect(tensor(reversed).dtype).toBe(dtype)
          expect(await numbersOf(reversed)).toEqual(list.toReversed())
          expect(await numbersOf(array, { dtype: 'float64' })).toEqual(list)
        },
      ),
      { numRuns: 20 },
    ),
  )

  it.each(wide)('should want a type for a %s', async (name, array, numbers) => {
    const view = ndarray(array as Float64Array, [array.length])
    for (const values of [array, view]) {
      expect(() => tensor(values)).toThrow(
        `tensor: a ${name} has no default type: give { dtype: 'int32' }, which checks each number`,
      )
      expect(await numbersOf(values, { dtype: 'float64' })).toEqual(numbers)
      expect(() => tensor(values, { dtype: 'int32' })).toThrow(/int32 holds integers .*, but element \d is/)
    }
  })

  it('should be of truth values only where these are asked for', async () => {
    const bytes = Uint8Array.of(0, 128, 255)
    expect(await numbersOf(bytes)).toEqual([0, 128, 255])
    expect(await numbersOf(bytes, { dtype: 'bool' })).toEqual([0, 1, 1])
    expect(tensor([true, false]).dtype).toBe('bool')
    expect(await numbersOf(await tensor([true, false]).data(), { dtype: 'bool' })).toEqual([1, 0])
  })

  it('should not guess what the bytes of a DataView mean', () => {
    const view = new DataView(new ArrayBuffer(8)) as unknown as TypedArray
    expect(() => tensor(view)).toThrow(
      'tensor: expected a typed array, got a DataView, whose bytes have no type',
    )
  })

  it('should hold the pixels of a data set', async () => {
    const { images } = (await openDataset('digits')).train
    const pixels = tensor(images)
    expect([pixels.dtype, pixels.shape]).toEqual(['int32', images.shape])
    expect(await pixels.data()).toEqual(Int32Array.from(images.data))
  })
})

describe('a tensor of a view over an array', () => {
  it('should hold its numbers, or truth values where all are', async () => {
    const view = (data: (number | boolean)[]) => ({ data, shape: [2], stride: [2], offset: 1 })
    expect(await numbersOf(view([0, 1.5, 0, -2]))).toEqual([1.5, -2])
    expect(tensor(view([0, 1.5, 0, -2])).dtype).toBe('float32')
    expect(tensor(view([true, false, true, true])).dtype).toBe('bool')
  })

  it('should refuse a view that reaches outside its data', () => {
    const views = [
      ndarray(new Float32Array(3), [2, 2]),
      ndarray(new Int32Array(4), [2, 2], [2, 1], 1),
      { data: [1, 2], shape: [3], stride: [-1], offset: 1 },
      { data: [1, 2, 3, 4], shape: [2, 2], stride: [2], offset: 0 },
      { data: [1, 2, 3, 4], shape: [2], stride: [0.5], offset: 0 },
      { data: [1, 2, 3, 4], shape: [-2], stride: [1], offset: 0 },
    ]
    for (const view of views) {
      expect(() => tensor(view)).toThrow(InvalidInputError)
      expect(() => tensor(view)).toThrow('tensor: expected values to')
    }
  })
})

describe('a tensor of int32', () => {
  it.each([1.5, Number.NaN, Infinity, 2 ** 31, 3e9, -(2 ** 31) - 1])('should refuse %d', (value) => {
    const message = `tensor: int32 holds integers from -2147483648 to 2147483647, but element 1 is ${value}`
    for (const values of [[0, value], Float64Array.of(0, value), ndarray(Float64Array.of(0, value))]) {
      expect(() => tensor(values, { dtype: 'int32' })).toThrow(InvalidInputError)
      expect(() => tensor(values, { dtype: 'int32' })).toThrow(message)
    }
  })

  it('should hold every integer of its range', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.integer(), fc.constantFrom(-0, -(2 ** 31), 2 ** 31 - 1))),
        async (list) => {
          expect(await numbersOf(list, { dtype: 'int32' })).toEqual(list.map((value) => value + 0))
        },
      ),
    ))
})

describe('a tensor of nested arrays', () => {
  const cyclic: Nested[] = [[1]]
  cyclic[0] = [cyclic]

  it('should refuse an array that contains itself', () => {
    expect(() => tensor(cyclic)).toThrow('tensor: an array contains itself')
    expect(() => tensor([[1], cyclic])).toThrow(/ragged|contains itself/)
  })

  it('should be as deep as it is', () => {
    let nested: Nested = 1
    for (let depth = 0; depth < 50_000; depth++) nested = [nested]
    expect(tensor(nested).rank).toBe(50_000)
  })

  it('should have a sentence for a BigInt', () => {
    expect(() => tensor([1n] as unknown as Nested)).toThrow('expected numbers or booleans, got 1n, a BigInt')
  })
})
