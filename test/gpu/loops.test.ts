import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  add,
  amax,
  type Executor,
  iota,
  multiply,
  permute,
  realizeOn,
  sum,
  type Tensor,
  tensor,
} from '../../engine/index.ts'
import { sizeOf } from '../../engine/shape.ts'
import { plain } from '../engine/convolutionCases.ts'
import { reference } from '../engine/numbers.ts'
import { modes } from './modes.ts'

const webGpu = modes.find(({ mode }) => mode === 'webgpu')

/** Lengths that four divides and that it does not, and long ones, which several threads fold together. */
const length = fc.constantFrom(1, 2, 3, 4, 7, 8, 20, 36, 70, 128)
const orders = [
  [0, 1, 2],
  [2, 0, 1],
  [1, 2, 0],
  [2, 1, 0],
]

interface Case {
  readonly shape: readonly number[]
  /** The order of its axes in memory. */
  readonly order: readonly number[]
  readonly folded: readonly number[]
  /** The axes along which the second operand is the same. */
  readonly shared: readonly number[]
  readonly elements: Float32Array
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    shape: fc.tuple(length, length, length).filter((shape) => sizeOf(shape) <= 50_000),
    order: fc.constantFrom(...orders),
    folded: fc.subarray([0, 1, 2]),
    shared: fc.subarray([0, 1, 2]),
    nans: fc.array(fc.tuple(fc.nat(), fc.constantFrom(Number.NaN, Infinity, -Infinity)), { maxLength: 2 }),
  })
  .map(({ nans, ...drawn }) => {
    const elements = Float32Array.from({ length: sizeOf(drawn.shape) }, (_, i) => ((i * 37) % 17) - 8)
    for (const [at, value] of nans) elements[at % elements.length] = value
    return { ...drawn, elements }
  })

/** A loop with several results: two that are as large as the operands, and two folds. */
function resultsOf({ shape, order, folded, shared, elements }: Case): Tensor[] {
  const stored = order.map((axis) => shape[axis])
  const x = permute(
    tensor(elements, { shape: stored }),
    order.map((_, axis) => order.indexOf(axis)),
  )
  const other = shape.map((axisLength, axis) => (shared.includes(axis) ? 1 : axisLength))
  const y = tensor(
    Float32Array.from({ length: sizeOf(other) }, (_, i) => (i % 5) - 2),
    { shape: other },
  )
  const z = add(multiply(x, y), iota(shape, 1))
  return [z, multiply(z, 2), sum(z, folded), amax(z, folded)]
}

describe.skipIf(webGpu === undefined)('loops on WebGPU', () => {
  it('should compute and fold operands of any shape and layout, with all their results at once', () =>
    fc.assert(
      fc.asyncProperty(cases, async (drawn) => {
        const computed = async (executor: Executor) => {
          const results = resultsOf(drawn)
          await realizeOn(executor, ...results)
          return Promise.all(results.map((result) => result.data()))
        }
        const wanted = await computed(reference)
        const got = await computed(webGpu!.executor)
        for (const [i, values] of got.entries()) {
          expect(plain(values), `result ${i}`).toEqual(plain(wanted[i]))
        }
      }),
      { numRuns: 40 },
    ))
})
