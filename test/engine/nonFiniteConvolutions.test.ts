import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { wasm } from '../../engine/executors/wasm/index.ts'
import { type Executor, openExecutor } from '../../engine/index.ts'
import { indexAt } from '../../engine/shape.ts'
import { byDefinition, type Case, cases, computed, plain, shapesOf, withNumbers } from './convolutionCases.ts'

/** Convolutions of ∞ and NaN: the padding is zeros that are multiplied, and what was not met has no part. */

const executors: Record<string, () => Executor | Promise<Executor>> = {
  reference: async () => (await openExecutor('reference')).executor,
  'wasm, directly': () => wasm({ winograd: false }),
  'wasm, directly, in narrow tiles': () =>
    wasm({ winograd: false, tile: { rows: 6, columns: 8 }, threads: 1 }),
  'gpujs-cpu': async () => (await openExecutor('gpujs-cpu')).executor,
}

describe.each(Object.keys(executors))('a convolution of ∞ and NaN on %s', (name) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await executors[name]()
  })

  it('should be its definition, forward and both gradients', () =>
    fc.assert(
      fc.asyncProperty(withNumbers(cases), async ([drawn, x, weight, cotangent]) => {
        const wanted = byDefinition(drawn, x, weight, cotangent)
        const got = await computed(executor, drawn, x, weight, cotangent)
        for (const [i, values] of got.entries())
          expect(plain(values), `result ${i}`).toEqual(plain(wanted[i]))
      }),
      { numRuns: 50 },
    ))

  it('should multiply the padding as PyTorch does', async () => {
    const one = [1, 1] as const
    const drawn: Case = {
      ...{ count: 1, groups: 1, channels: 1, filters: 1, size: [1, 2], kernel: [3, 3] },
      ...{ stride: one, padding: one, dilation: one },
    }
    const weight = Float32Array.from([Infinity, 0, 0, 0, 1, 2, 0, 0, 0])
    const results = await computed(
      executor,
      drawn,
      Float32Array.of(3, 4),
      weight,
      Float32Array.of(1, Infinity),
    )
    // torch.nn.functional.conv2d(x, w, padding=1) of PyTorch 1.13, and its gradients.
    expect(results).toEqual([
      [Number.NaN, Number.NaN],
      [Number.NaN, Infinity],
      [
        Number.NaN,
        Number.NaN,
        Number.NaN,
        Infinity,
        Infinity,
        Number.NaN,
        Number.NaN,
        Number.NaN,
        Number.NaN,
      ],
    ])
  })
})

describe.each([
  { outputTile: 2, stride: 1 },
  { outputTile: 4, stride: 1 },
  { outputTile: 2, stride: 2 },
  { outputTile: 4, stride: 2 },
] as const)("Winograd's method of ∞ and NaN, m = $outputTile, stride $stride", ({ outputTile, stride }) => {
  const executor = wasm({ winograd: outputTile })
  const tiles = fc.integer({ min: 1, max: 3 }).map((count) => count * outputTile * stride)
  const filtered: fc.Arbitrary<Case> = fc
    .record({ count: fc.constantFrom(1, 2), filters: fc.constantFrom(8, 16), height: tiles, width: tiles })
    .map(({ count, filters, height, width }) => ({
      ...{ count, groups: 1, channels: 8, filters, size: [height, width], kernel: [3, 3] },
      ...{ stride: [stride, stride], padding: [1, 1], dilation: [1, 1] },
    }))

  it('should be finite where the definition is, except near them, and nowhere else', () =>
    fc.assert(
      fc.asyncProperty(withNumbers(filtered), async ([drawn, x, weight, cotangent]) => {
        const shapes = shapesOf(drawn)
        const wanted = byDefinition(drawn, x, weight, cotangent)
        const got = await computed(executor, drawn, x, weight, cotangent)
        const [ofMaps, ofWeights, ofCotangent] = [
          placesOfSpecials(x, shapes.x),
          placesOfSpecials(weight, shapes.weight),
          placesOfSpecials(cotangent, shapes.output),
        ]
        /** Of a pixel of the maps and one of the output, whose window is about a pixel of the maps. */
        const areNear = ([image, , row, column]: number[], [n, , i, j]: number[]) =>
          image === n &&
          Math.max(Math.abs(row - stride * i), Math.abs(column - stride * j)) <= stride * outputTile
        const mayBeNaN = [
          (at: number[]) => ofMaps.some((of) => areNear(of, at)) || ofWeights.some(([k]) => k === at[1]),
          (at: number[]) =>
            ofCotangent.some((of) => areNear(at, of)) || ofWeights.some(([, c]) => c === at[1]),
          ([k, c]: number[]) => ofMaps.some(([, of]) => of === c) || ofCotangent.some(([, of]) => of === k),
        ]
        const resultShapes = [shapes.output, shapes.x, shapes.weight]
        const wrong = got.flatMap((values, i) =>
          values.flatMap((value, at) => {
            const expected = wanted[i][at]
            const place = indexAt(at, resultShapes[i])
            const isRight = Number.isFinite(expected)
              ? Math.abs(value - expected) < 0.01 || (!Number.isFinite(value) && mayBeNaN[i](place))
              : !Number.isFinite(value)
            return isRight ? [] : [`result ${i} at ${place} is ${value}, by definition ${expected}`]
          }),
        )
        expect(wrong).toEqual([])
      }),
      { numRuns: 20 },
    ))
})

function placesOfSpecials(values: Float32Array, shape: readonly number[]): number[][] {
  return Array.from(values, (value, at) => (Number.isFinite(value) ? [] : [indexAt(at, shape)])).flat()
}
