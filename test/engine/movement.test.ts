import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  broadcastTo,
  concatenate,
  flip,
  permute,
  reshape,
  slice,
  stack,
  sum,
  type Tensor,
  transpose,
} from '../../engine/index.ts'
import {
  broadcastableShapes,
  permutation,
  shape,
  tensorOf,
  tensorsOf,
} from '../../engine/laws/arbitraries.ts'
import { callsOf } from '../../engine/laws/calls.ts'
import { gatherPrimitive, scatterAddPrimitive } from '../../engine/operations/indexing.ts'
import { applyAny } from '../../engine/operations/primitive.ts'
import { embedPrimitive, slicePrimitive } from '../../engine/operations/slicing.ts'
import { broadcastShapes, sizeOf } from '../../engine/shape.ts'
import { float64, numbers } from './numbers.ts'

/** NumPy's rule, said plainly: missing axes are 1, and each length is 1 or that of the others. */
function plainBroadcast(shapes: readonly (readonly number[])[]): number[] | 'error' {
  const rank = Math.max(...shapes.map(({ length }) => length))
  const padded = shapes.map((shape) => [...new Array<number>(rank - shape.length).fill(1), ...shape])
  const columns = Array.from({ length: rank }, (_, axis) => new Set(padded.map((shape) => shape[axis])))
  for (const column of columns) if (column.size > 1) column.delete(1)
  return columns.every(({ size }) => size === 1) ? columns.map((column) => [...column][0]) : 'error'
}

/** A tensor of 0, 1, 2, … */
function counting(shape: readonly number[]): Tensor {
  return float64(
    Float64Array.from({ length: sizeOf(shape) }, (_, i) => i),
    shape,
  )
}

describe('broadcasting', () => {
  const anyShapes = fc.array(shape({ minLength: 0, maxLength: 3 }), { minLength: 1, maxLength: 3 })
  const fittingShapes = broadcastableShapes(3, { minLength: 0 })

  it('should follow the rule of NumPy', () =>
    fc.assert(
      fc.property(fc.oneof(anyShapes, fittingShapes), (shapes) => {
        const expected = plainBroadcast(shapes)
        if (expected === 'error')
          expect(() => broadcastShapes('add', shapes)).toThrow(
            /^add: shapes .* do not broadcast: axis -\d is/,
          )
        else expect(broadcastShapes('add', shapes)).toEqual(expected)
      }),
    ))

  it('should compute as if both operands had been repeated', () =>
    fc.assert(
      fc.asyncProperty(broadcastableShapes(2, { minLength: 0 }), async ([a, b]) => {
        const [x, y] = [counting(a), counting(b).multiply(0.5)]
        const common = broadcastShapes('subtract', [a, b])
        const repeated = broadcastTo(x, common).subtract(broadcastTo(y, common))
        expect(x.subtract(y).shape).toEqual(common)
        expect(await numbers(x.subtract(y))).toEqual(await numbers(repeated))
      }),
    ))
})

describe('slice', () => {
  const bound = fc.option(fc.integer({ min: -9, max: 9 }))
  const step = fc.integer({ min: -4, max: 4 }).filter((step) => step !== 0)

  /** Array.prototype.slice, on the array turned around for a negative step. */
  function plainSlice(array: number[], start: number | null, stop: number | null, step: number): number[] {
    const fromEnd = (bound: number | null) =>
      bound === null ? undefined : bound >= 0 ? Math.max(array.length - 1 - bound, 0) : -bound - 1
    const taken =
      step > 0
        ? array.slice(start ?? undefined, stop ?? undefined)
        : array.toReversed().slice(fromEnd(start), fromEnd(stop))
    return taken.filter((_, i) => i % Math.abs(step) === 0)
  }

  it('should take what Python would', () =>
    fc.assert(
      fc.asyncProperty(fc.nat({ max: 7 }), bound, bound, step, async (length, start, stop, step) => {
        const array = Array.from({ length }, (_, i) => i)
        const expected = plainSlice(array, start, stop, step)
        expect(await numbers(slice(counting([length]), [start, stop, step]))).toEqual(expected)
      }),
      { numRuns: 500 },
    ))

  it('should slice each axis on its own, and drop the ones with one index', async () => {
    const x = counting([3, 4, 5])
    const part = slice(x, -1, [1, 3], [null, null, -2])
    expect(part.shape).toEqual([2, 3])
    expect(await numbers(part)).toEqual([49, 47, 45, 54, 52, 50])
  })
})

describe('movement', () => {
  const anyTensor = shape({ minLength: 0 }).map(counting)
  const inOrder = anyTensor.chain((x) => fc.tuple(fc.constant(x), permutation(x.rank)))

  it('should permute back what was permuted', () =>
    fc.assert(
      fc.asyncProperty(inOrder, async ([x, order]) => {
        const back = order.map((_, axis) => order.indexOf(axis))
        const again = permute(permute(x, order), back)
        expect(again.shape).toEqual(x.shape)
        expect(await numbers(again)).toEqual(await numbers(x))
      }),
    ))

  it('should permute twice as by the composed order', () =>
    fc.assert(
      fc.asyncProperty(
        anyTensor.chain((x) => fc.tuple(fc.constant(x), permutation(x.rank), permutation(x.rank))),
        async ([x, first, second]) => {
          const composed = second.map((axis) => first[axis])
          const twice = permute(permute(x, first), second)
          expect(await numbers(twice)).toEqual(await numbers(permute(x, composed)))
        },
      ),
    ))

  it('should not move elements by reshaping', () =>
    fc.assert(
      fc.asyncProperty(inOrder, async ([x, order]) => {
        const other = order.map((axis) => x.shape[axis])
        const reshaped = reshape(reshape(x, [-1, 1]), other)
        expect(reshaped.shape).toEqual(other)
        expect(await numbers(reshaped)).toEqual(await numbers(x))
      }),
    ))

  it('should flip back what was flipped, and transpose back what was transposed', () =>
    fc.assert(
      fc.asyncProperty(shape({ minRank: 2, minLength: 0 }).map(counting), async (x) => {
        expect(await numbers(flip(flip(x, [0, -1]), [0, -1]))).toEqual(await numbers(x))
        expect(await numbers(transpose(transpose(x)))).toEqual(await numbers(x))
      }),
    ))

  it('should slice back what was concatenated or stacked', () =>
    fc.assert(
      fc.asyncProperty(shape({ minRank: 1, minLength: 0 }), fc.nat(), async (shape, position) => {
        const axis = position % shape.length
        const [x, y] = [counting(shape), counting(shape).negate()]
        const before = new Array(axis).fill(null)
        const second = slice(concatenate([x, y], axis), ...before, [shape[axis], null])
        expect(await numbers(second)).toEqual(await numbers(y))
        expect(await numbers(slice(stack([x, y], axis), ...before, 1))).toEqual(await numbers(y))
      }),
    ))
})

describe('adjoint primitives', () => {
  /** ⟨A x, y⟩ = ⟨x, Aᵀ y⟩. */
  async function expectAdjoint(image: Tensor, y: Tensor, x: Tensor, preimage: Tensor): Promise<void> {
    const [[left], [right]] = await Promise.all([
      numbers(sum(image.multiply(y))),
      numbers(sum(x.multiply(preimage))),
    ])
    expect(left).toBeCloseTo(right, 9)
  }

  it('should make embed the adjoint of slice', () =>
    fc.assert(
      fc.asyncProperty(
        callsOf('slice').chain(({ inputs: [{ shape }], attributes = {} }) =>
          fc.tuple(tensorOf(shape), tensorOf(attributes.shape as number[]), fc.constant(attributes)),
        ),
        async ([x, y, attributes]) => {
          const image = applyAny(slicePrimitive, [x], attributes)
          const preimage = applyAny(embedPrimitive, [y], { ...attributes, shape: x.shape })
          await expectAdjoint(image, y, x, preimage)
        },
      ),
    ))

  it('should make scatterAdd the adjoint of gather', () =>
    fc.assert(
      fc.asyncProperty(
        callsOf('scatterAdd').chain(({ inputs: [, index], attributes = {} }) => {
          const { axis, length } = attributes as { axis: number; length: number }
          const inside = index.data.map((i) => Math.min(Math.max(i, 0), length - 1))
          return fc.record({
            x: tensorOf(index.shape.with(axis, length)),
            y: tensorOf(index.shape),
            index: fc.constant(tensorsOf([{ data: Int32Array.from(inside), shape: index.shape }])[0]),
            attributes: fc.constant(attributes),
          })
        }),
        async ({ x, y, index, attributes }) => {
          const image = applyAny(gatherPrimitive, [x, index], attributes)
          await expectAdjoint(image, y, x, applyAny(scatterAddPrimitive, [y, index], attributes))
        },
      ),
    ))
})
