import fc from 'fast-check'
import { anyOperand, both, operandLike, optional, options, pair, types } from '../arguments.ts'
import type { Operand } from '../operand.ts'
import { py, type Subject, subject } from '../subject.ts'
import { winogradMixed } from '../winograd.ts'

const channels = fc.integer({ min: 1, max: 4 })
const images = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 1, arbitrary: fc.constant(0) },
)
const side = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 8 }) },
  { weight: 1, arbitrary: fc.constant(0) },
)

const maps: fc.Arbitrary<Operand> = anyOperand(fc.tuple(images, channels, side, side))

const anyConvolution = fc.record({
  images,
  groups: fc.constantFrom(1, 1, 1, 2, 3),
  channels: fc.integer({ min: 1, max: 9 }),
  filters: fc.integer({ min: 1, max: 9 }),
  size: fc.tuple(side, side),
  kernel: fc.oneof(fc.constant([3, 3]), fc.constant([1, 1]), fc.tuple(channels, channels)),
  geometry: options({
    stride: pair(1, 3),
    padding: pair(0, 2),
    dilation: pair(1, 2),
  }),
  dtypes: types(3),
  bias: fc.boolean(),
})

/** Of shapes for which wasm has Winograd's method. */
const filteredConvolution = fc.record({
  images,
  groups: fc.constant(1),
  channels: fc.constant(8),
  filters: fc.constantFrom(8, 16),
  size: fc.tuple(fc.constantFrom(2, 4, 6, 8), fc.constantFrom(2, 4, 8)),
  kernel: fc.constant([3, 3]),
  geometry: options({ stride: fc.constantFrom(1, 2), padding: pair(0, 2), dilation: fc.constant(1) }),
  dtypes: fc.constant(['float32', 'float32', 'float32'] as const),
  bias: fc.boolean(),
})

const convolution = fc
  .oneof({ weight: 4, arbitrary: anyConvolution }, { weight: 1, arbitrary: filteredConvolution })
  .chain(({ images, groups, channels, filters, size, kernel, geometry, dtypes, bias }) =>
    fc.tuple(
      operandLike([images, groups * channels, ...size], dtypes[0]),
      operandLike([groups * filters, channels, ...kernel], dtypes[1]),
      bias ? operandLike([groups * filters], dtypes[2]) : fc.constant(undefined),
      fc.constant({ ...geometry, groups: groups === 1 ? undefined : groups }),
    ),
  )

const pooling = options({ stride: pair(1, 3), padding: pair(0, 2), dilation: pair(1, 2) })
const averaging = options({ stride: pair(1, 3), padding: pair(0, 2) })

type Pooling = typeof pooling extends fc.Arbitrary<infer Options> ? Options : never

/** Whether a window of maps [N, C, H, W] covers nothing but padding along one of its axes. */
function hasWindowOverPadding(
  [, , ...lengths]: readonly number[],
  kernel: number | readonly [number, number],
  { stride, padding, dilation }: Partial<Pooling> = {},
): boolean {
  const [taps, steps, pads, gaps] = [
    both(kernel, 1),
    both(stride ?? kernel, 1),
    both(padding, 0),
    both(dilation, 1),
  ]
  return lengths.some((length, axis) => {
    const windows =
      Math.floor((length + 2 * pads[axis] - gaps[axis] * (taps[axis] - 1) - 1) / steps[axis]) + 1
    return Array.from(
      { length: Math.max(0, windows) },
      (_, window) => window * steps[axis] - pads[axis],
    ).some((first) =>
      Array.from({ length: taps[axis] }, (_, tap) => first + tap * gaps[axis]).every(
        (place) => place < 0 || place >= length,
      ),
    )
  })
}

const product = fc
  .record({
    rows: fc.integer({ min: 0, max: 9 }),
    inner: fc.oneof(
      { weight: 9, arbitrary: fc.nat({ max: 9 }) },
      { weight: 1, arbitrary: fc.integer({ min: 10, max: 70 }) },
    ),
    columns: fc.integer({ min: 0, max: 20 }),
    batch: fc.constantFrom<[number[], number[]]>([[], []], [[2], [2]], [[3, 1], [2]], [[], [2]], [[0], [1]]),
    vectors: fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 4 })),
    dtypes: types(2),
    odd: fc.nat({ max: 19 }),
  })
  .chain(({ rows, inner, columns, batch, vectors, dtypes, odd }) =>
    fc.tuple(
      operandLike(vectors[0] === 4 ? [inner] : [...batch[0], rows, inner], dtypes[0]),
      operandLike(
        vectors[1] === 4 ? [inner] : [...batch[1], odd === 0 ? inner + 1 : inner, columns],
        dtypes[1],
      ),
    ),
  )

const products = { range: { bits: 58, reason: 'sums of products' } }
const partialSums = { range: { bits: 115, reason: 'partial sums' } }

export const windows = {
  matmul: subject(product, (a, b) => `torch.matmul(*together(number(${a}), number(${b})))`, products),
  conv2d: subject(
    convolution,
    (x, weight, bias, { stride, padding, dilation, groups = 1 }) =>
      `conv2d(${x}, ${weight}, ${bias ?? 'None'}, ${py(both(stride, 1))}, ${py(both(padding, 0))}, ` +
      `${py(both(dilation, 1))}, ${groups})`,
    {
      ...products,
      mixed: ([x, weight, , { stride, padding, dilation, groups = 1 }], output) => {
        const step = ([1, 2] as const).find((step) => both(stride, 1).every((along) => along === step))
        const isPlain = [groups, ...both(dilation, 1)].every((each) => each === 1)
        return isPlain && step ? winogradMixed(x, weight, both(padding, 0), step, output) : undefined
      },
    },
  ),
  maxPool2d: subject(
    fc.tuple(maps, pair(1, 4)).chain((call) => optional(call, pooling)),
    (x, kernel, given) =>
      `F.max_pool2d(${x}, ${py(both(kernel, 1))}, ${py(both(given?.stride ?? kernel, 1))}, ` +
      `${py(both(given?.padding, 0))}, ${py(both(given?.dilation, 1))})`,
    {
      rounding: 'selecting',
      differences: [
        {
          reason:
            'a window over padding alone has no gradient; PyTorch writes it outside of the maps, which can crash it',
          when: (x, kernel, given) => hasWindowOverPadding(x.shape, kernel, given),
        },
        {
          reason: 'of several NaN in a window the first has the gradient; in PyTorch the last',
          when: (x) => x.elements.some(Number.isNaN),
          inGradients: true,
        },
      ],
    },
  ),
  averagePool2d: subject(
    fc.tuple(maps, pair(1, 4)).chain((call) => optional(call, averaging)),
    (x, kernel, given) =>
      `F.avg_pool2d(floating(${x}), ${py(both(kernel, 1))}, ${py(both(given?.stride ?? kernel, 1))}, ` +
      `${py(both(given?.padding, 0))})`,
    partialSums,
  ),
  adaptiveAveragePool2d: subject(
    fc.tuple(maps, pair(1, 9)),
    (x, size) => `F.adaptive_avg_pool2d(floating(${x}), ${py(both(size, 1))})`,
    partialSums,
  ),
  globalAveragePool2d: subject(fc.tuple(maps), (x) => `torch.mean(floating(${x}), [2, 3])`, partialSums),
} satisfies Record<string, Subject>
