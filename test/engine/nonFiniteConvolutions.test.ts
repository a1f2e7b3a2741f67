import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { wasm } from '../../engine/executors/wasm/index.ts'
import { conv2d, type Executor, grad, openExecutor, tensor } from '../../engine/index.ts'
import { indexAt, sizeOf } from '../../engine/shape.ts'

/** Convolutions of ∞ and NaN: the padding is zeros that are multiplied, and what was not met has no part. */

const executors: Record<string, () => Executor | Promise<Executor>> = {
  reference: async () => (await openExecutor('reference')).executor,
  'wasm, directly': () => wasm({ winograd: false }),
  'wasm, directly, in narrow tiles': () =>
    wasm({ winograd: false, tile: { rows: 6, columns: 8 }, threads: 1 }),
  'gpujs-cpu': async () => (await openExecutor('gpujs-cpu')).executor,
}

interface Case {
  readonly count: number
  readonly groups: number
  readonly channels: number
  readonly filters: number
  readonly size: readonly [number, number]
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly padding: readonly [number, number]
  readonly dilation: readonly [number, number]
}

const along = fc
  .record({
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.nat({ max: 2 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    spare: fc.nat({ max: 5 }),
  })
  .map(({ spare, ...rest }) => ({
    ...rest,
    length: Math.max(1, rest.dilation * (rest.kernel - 1) + 1 - 2 * rest.padding) + spare,
  }))

const groupings = fc.oneof(
  fc.record({
    groups: fc.constant(1),
    channels: fc.constantFrom(1, 8, 9),
    filters: fc.constantFrom(1, 8, 11),
  }),
  fc.record({ groups: fc.constant(2), channels: fc.constant(2), filters: fc.constantFrom(1, 3) }),
  fc.record({ groups: fc.constantFrom(3, 9), channels: fc.constant(1), filters: fc.constant(1) }),
)

/** `channels` and `filters` are those of one group. */
const cases: fc.Arbitrary<Case> = fc
  .tuple(fc.integer({ min: 1, max: 2 }), groupings, along, along)
  .map(([count, grouping, vertical, horizontal]) => {
    const pairOf = (name: 'kernel' | 'stride' | 'padding' | 'dilation' | 'length') =>
      [vertical[name], horizontal[name]] as const
    return {
      count,
      ...grouping,
      size: pairOf('length'),
      kernel: pairOf('kernel'),
      stride: pairOf('stride'),
      padding: pairOf('padding'),
      dilation: pairOf('dilation'),
    }
  })

const special = fc.constantFrom(Number.NaN, Infinity, -Infinity)
/** A few special numbers among small whole ones, whose sums are exact; 0 is common. */
const numbers = (length: number) =>
  fc
    .tuple(
      fc.array(fc.integer({ min: -2, max: 2 }), { minLength: length, maxLength: length }),
      fc.array(fc.tuple(fc.nat({ max: length - 1 }), special), { maxLength: 3 }),
    )
    .map(([whole, specials]) => {
      const result = Float32Array.from(whole)
      for (const [at, value] of specials) result[at] = value
      return result
    })

function shapesOf({ count, groups, channels, filters, size, kernel, stride, padding, dilation }: Case) {
  const output = size.map(
    (length, i) => Math.floor((length + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) / stride[i]) + 1,
  )
  return {
    x: [count, groups * channels, ...size],
    weight: [groups * filters, channels, ...kernel],
    output: [count, groups * filters, ...output],
  }
}

/** Output, gradient of the maps, gradient of the weights, from their formulas. */
function byDefinition(drawn: Case, x: Float32Array, weight: Float32Array, cotangent: Float32Array) {
  const { channels, filters, size, kernel, stride, padding, dilation } = drawn
  const shapes = shapesOf(drawn)
  const [y, gx, gw] = [shapes.output, shapes.x, shapes.weight].map((shape) => new Float64Array(sizeOf(shape)))
  const [count, outputs, height, width] = shapes.output
  for (let n = 0; n < count; n++)
    for (let k = 0; k < outputs; k++)
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++)
          for (let c = 0; c < channels; c++)
            for (let r = 0; r < kernel[0]; r++)
              for (let s = 0; s < kernel[1]; s++) {
                const row = i * stride[0] + r * dilation[0] - padding[0]
                const column = j * stride[1] + s * dilation[1] - padding[1]
                const isInside = row >= 0 && row < size[0] && column >= 0 && column < size[1]
                const channel = Math.floor(k / filters) * channels + c
                const pixel = ((n * shapes.x[1] + channel) * size[0] + row) * size[1] + column
                const tap = ((k * channels + c) * kernel[0] + r) * kernel[1] + s
                const out = ((n * outputs + k) * height + i) * width + j
                const seen = isInside ? x[pixel] : 0
                y[out] += seen * weight[tap]
                gw[tap] += seen * cotangent[out]
                if (isInside) gx[pixel] += weight[tap] * cotangent[out]
              }
  return [y, gx, gw]
}

async function computed(
  executor: Executor,
  drawn: Case,
  x: Float32Array,
  weight: Float32Array,
  cotangent: Float32Array,
) {
  const { groups, stride, padding, dilation } = drawn
  const shapes = shapesOf(drawn)
  const inputs = [tensor(x, { shape: shapes.x }), tensor(weight, { shape: shapes.weight })]
  const output = conv2d(inputs[0], inputs[1], undefined, { groups, stride, padding, dilation })
  const gradients = grad(output, inputs, tensor(cotangent, { shape: shapes.output }))
  return Promise.all([output, ...gradients].map(async (each) => Array.from(await each.data({ executor }))))
}

const withNumbers = (drawn: fc.Arbitrary<Case>) =>
  drawn.chain((drawn) => {
    const { x, weight, output } = shapesOf(drawn)
    return fc.tuple(fc.constant(drawn), numbers(sizeOf(x)), numbers(sizeOf(weight)), numbers(sizeOf(output)))
  })

/** −0 is 0 here. */
const plain = (values: ArrayLike<number>) => Array.from(values, (value) => value + 0)

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
