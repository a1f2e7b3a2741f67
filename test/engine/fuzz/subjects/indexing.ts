import fc from 'fast-check'
import { anyOperand, indices, length, operandLike, shape, types } from '../arguments.ts'
import { type Subject, subject } from '../subject.ts'

const selecting = { rounding: 'selecting' } as const

/** An axis that is there, counted from either end, and its place. */
function axisIn(rank: number) {
  return fc.tuple(fc.nat({ max: rank - 1 }), fc.boolean()).map(([along, fromEnd]) => ({
    along,
    axis: fromEnd ? along - rank : along,
  }))
}

const gathered = fc
  .tuple(anyOperand(shape(1, 3)), fc.nat({ max: 6 }), fc.nat({ max: 9 }))
  .chain(([x, count, one]) =>
    axisIn(x.shape.length).chain(({ along, axis }) => {
      const around = one === 0 ? x.shape.map(() => 1) : x.shape
      return fc.tuple(fc.constant(x), fc.constant(axis), indices(around.with(along, count), x.shape[along]))
    }),
  )

const taken = fc
  .tuple(anyOperand(shape(1, 3)), fc.nat({ max: 6 }))
  .chain(([x, count]) =>
    axisIn(x.shape.length).chain(({ along, axis }) =>
      fc.tuple(fc.constant(x), fc.constant(axis), indices([count], x.shape[along])),
    ),
  )

const scattered = fc
  .tuple(shape(1, 3), types(2), fc.nat({ max: 6 }))
  .chain(([lengths, dtypes, count]) =>
    axisIn(lengths.length).chain(({ along, axis }) =>
      fc.tuple(
        operandLike(lengths, dtypes[0]),
        fc.constant(axis),
        indices(lengths.with(along, count), lengths[along]),
        operandLike(lengths.with(along, count), dtypes[1]),
      ),
    ),
  )

const labelled = fc
  .tuple(shape(0, 2), length)
  .chain(([lengths, classes]) => fc.tuple(indices(lengths, classes), fc.constant(classes)))

export const indexing = {
  gather: subject(gathered, (x, axis, index) => `gather(${x}, ${axis}, ${index})`, selecting),
  take: subject(taken, (x, axis, index) => `torch.index_select(${x}, ${axis}, ${index})`, selecting),
  scatterAdd: subject(
    scattered,
    (x, axis, index, source) => `torch.scatter_add(number(${x}), ${axis}, ${index}.long(), ${source})`,
    { range: { bits: 115, reason: 'partial sums' } },
  ),
  oneHot: subject(
    labelled,
    (labels, classes) => `F.one_hot(${labels}.long(), ${classes}).double()`,
    selecting,
  ),
} satisfies Record<string, Subject>
