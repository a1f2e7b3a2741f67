import fc from 'fast-check'
import { sizeOf } from '../../../../engine/shape.ts'
import {
  anyOperand,
  axesOf,
  axisOf,
  length,
  operandLike,
  optional,
  scalar,
  shape,
  types,
} from '../arguments.ts'
import type { Operand } from '../operand.ts'
import { py, type Subject, subject } from '../subject.ts'

const selecting = { rounding: 'selecting' } as const

/** For a tensor and something that depends on its shape. */
function withTensor<Argument>(
  draw: (x: Operand) => fc.Arbitrary<Argument>,
  x = anyOperand(),
): fc.Arbitrary<[Operand, Argument]> {
  return x.chain((operand) => fc.tuple(fc.constant(operand), draw(operand)))
}

/** For a shape of as many elements, one length −1 now and then, or any other shape. */
function shapeLike({ shape: from }: Operand): fc.Arbitrary<number[]> {
  const same = fc.constantFrom<number[][]>([sizeOf(from)], [1, ...from, 1], from.toReversed(), [...from])
  const unknown = fc.tuple(same, fc.nat()).map(([lengths, at]) => lengths.with(at % lengths.length, -1))
  return fc.oneof(
    { weight: 6, arbitrary: same },
    { weight: 6, arbitrary: from.length > 0 ? unknown : same },
    { weight: 1, arbitrary: shape() },
    { weight: 1, arbitrary: fc.array(fc.integer({ min: -1, max: 4 }), { maxLength: 4 }) },
  )
}

const bound = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 3, arbitrary: fc.integer({ min: -7, max: 7 }) },
)
const step = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: -3, max: 3 }).filter((each) => each !== 0) },
  { weight: 1, arbitrary: fc.constant(0) },
)

/** For what is taken of an axis. */
function range(along: number) {
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: fc.integer({ min: -along, max: Math.max(along - 1, 0) }) },
    { weight: 2, arbitrary: fc.tuple(bound, bound) },
    { weight: 4, arbitrary: fc.tuple(bound, bound, step) },
  )
}

const sliced = anyOperand().chain((x) =>
  fc
    .tuple(...x.shape.map(range))
    .chain((ranges) =>
      fc.nat({ max: ranges.length }).map((count) => [x, ...ranges.slice(0, count)] as const),
    ),
)

/** For tensors of one shape but for one axis. */
const pieces = fc
  .tuple(shape(1, 3), fc.nat(), fc.array(length, { minLength: 1, maxLength: 3 }), fc.nat({ max: 19 }))
  .chain(([common, position, lengths, odd]) => {
    const axis = position % common.length
    const shapes = lengths.map((each) =>
      odd === 0 ? [...common, each] : common.with(axis, Math.min(each, 9)),
    )
    return fc.tuple(
      types(lengths.length).chain((dtypes) =>
        fc.tuple(...shapes.map((each, i) => operandLike(each, dtypes[i]))),
      ),
      fc.constantFrom(axis, axis - common.length),
    )
  })

const layers = fc.tuple(shape(0, 3), fc.integer({ min: 1, max: 3 })).chain(([common, count]) =>
  fc.tuple(
    types(count).chain((dtypes) => fc.tuple(...dtypes.map((dtype) => operandLike(common, dtype)))),
    axisOf(common.length + 1),
  ),
)

const widths = ({ shape: around }: Operand) => {
  const width = fc.nat({ max: 2 })
  return fc.array(fc.tuple(width, width), { minLength: around.length, maxLength: around.length })
}

const padded = withTensor(widths, anyOperand(shape(0, 3))).chain((call) => optional(call, scalar))

const swapped = anyOperand(shape(1)).chain((x) => {
  const axis = axisOf(x.shape.length)
  return optional([x], axis, axis)
})

const broadcasted = fc
  .tuple(shape(), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), fc.nat({ max: 2 }))
  .chain(([full, ones, dropped]) =>
    fc.tuple(
      anyOperand(fc.constant(full.map((each, axis) => (ones[axis] ? 1 : each)).slice(dropped))),
      fc.oneof({ weight: 9, arbitrary: fc.constant(full) }, { weight: 1, arbitrary: shape() }),
    ),
  )

const order = ({ shape: { length: rank } }: Operand) => {
  const axes = Array.from({ length: rank }, (_, axis) => axis)
  const all = fc
    .tuple(fc.shuffledSubarray(axes, { minLength: rank, maxLength: rank }), fc.boolean())
    .map(([axes, fromEnd]) => axes.map((axis) => (fromEnd ? axis - rank : axis)))
  return fc.oneof(
    { weight: 9, arbitrary: all },
    { weight: 1, arbitrary: fc.array(axisOf(rank), { maxLength: rank }) },
  )
}

export const movement = {
  reshape: subject(withTensor(shapeLike), (x, to) => `${x}.reshape(${py(to)})`, selecting),
  flatten: subject(
    anyOperand().chain((x) => optional([x], axisOf(x.shape.length))),
    (x, start = 0) => `torch.flatten(${x}, ${start})`,
    selecting,
  ),
  permute: subject(withTensor(order), (x, to) => `torch.permute(${x}, ${py(to)})`, selecting),
  transpose: subject(swapped, (x, a = -2, b = -1) => `torch.transpose(${x}, ${a}, ${b})`, selecting),
  broadcastTo: subject(broadcasted, (x, to) => `torch.broadcast_to(${x}, ${py(to)})`, selecting),
  expandDimensions: subject(
    withTensor((x) => axisOf(x.shape.length + 1)),
    (x, axis) => `torch.unsqueeze(${x}, ${axis})`,
    selecting,
  ),
  squeeze: subject(
    withTensor(
      (x) => axesOf(x.shape.length),
      anyOperand(fc.array(fc.constantFrom(1, 1, 1, 3, 0), { maxLength: 4 })),
    ),
    (x, axes) => `squeeze(${x}, ${py(axes)})`,
    selecting,
  ),
  slice: subject(sliced, (x, ...ranges) => `sliced(${x}, ${py(ranges)})`, selecting),
  flip: subject(
    withTensor((x) => axesOf(x.shape.length).map((axes) => axes ?? [])),
    (x, axes) => `torch.flip(${x}, ${py(Array.isArray(axes) ? axes : [axes])})`,
    selecting,
  ),
  pad: subject(
    padded,
    (x, around, fill = 0) => `F.pad(${x}, ${py(around.toReversed().flat())}, value=${py(fill)})`,
    {
      ...selecting,
      differences: [
        {
          reason:
            'a fill that the type lacks makes the result an integer or floating; PyTorch converts the fill',
          when: ({ dtype }, _, fill = 0) =>
            fill !== 0 && (dtype === 'bool' || (dtype === 'int32' && !Number.isInteger(fill))),
        },
      ],
    },
  ),
  concatenate: subject(pieces, (xs, axis) => `torch.cat([${xs.join(', ')}], ${axis})`, selecting),
  stack: subject(layers, (xs, axis) => `torch.stack([${xs.join(', ')}], ${axis})`, selecting),
} satisfies Record<string, Subject>
