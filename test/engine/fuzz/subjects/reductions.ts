import fc from 'fast-check'
import { sizeOf } from '../../../../engine/shape.ts'
import { anyOperand, axesOf, axisOf, keepDimensions, optional, options, shape } from '../arguments.ts'
import type { Operand } from '../operand.ts'
import { type More, py, type Subject, subject } from '../subject.ts'

/** For a tensor, its axes and options; those at the end may be left out. */
function overAxes<Options>(given: fc.Arbitrary<Options>) {
  return anyOperand().chain((x) => optional([x], axesOf(x.shape.length), given))
}

function reduction(name: string, convert: string, more?: More<[Operand, ...unknown[]]>): Subject {
  return subject(
    overAxes(keepDimensions),
    (x, axes, given) => `over(${name}, ${convert}(${x}), ${py(axes)}, ${py(given?.keepDimensions ?? false)})`,
    more,
  )
}

/** How many elements are reduced to one. */
function countOver({ shape: from }: Operand, axes: number | readonly number[] | undefined): number {
  return axes === undefined ? sizeOf(from) : sizeOf([axes].flat().map((axis) => from.at(axis) ?? 1))
}

function spread(name: string): Subject {
  return subject(
    overAxes(options({ keepDimensions: fc.boolean(), correction: fc.integer({ min: -1, max: 3 }) })),
    (x, axes, given) =>
      `over(${name}, floating(${x}), ${py(axes)}, ${py(given?.keepDimensions ?? false)}, ` +
      `correction=${given?.correction ?? 1})`,
    {
      rounding: 'normwise',
      range: { bits: 60, reason: 'squares' },
      differences: [
        {
          reason: 'the gradient of the variance of too few is NaN; PyTorch has 0 or NaN',
          when: (x, axes, given) => countOver(x, axes) <= (given?.correction ?? 1),
          inGradients: true,
        },
        {
          reason: 'the gradient of the variance of infinities is NaN throughout; in PyTorch only at these',
          when: (x) => x.elements.some((value) => !Number.isFinite(value)),
          inGradients: true,
        },
      ],
    },
  )
}

/** For a tensor and one of its axes. */
const alongAxis = anyOperand(shape(1)).chain((x) =>
  axisOf(x.shape.length).chain((axis) => optional([x, axis], keepDimensions)),
)

const overOneOrAll = anyOperand().chain((x) =>
  optional([x], fc.oneof(axisOf(x.shape.length), fc.constant(undefined)), keepDimensions),
)

const partialSums = { range: { bits: 115, reason: 'partial sums' } }

const selecting = { rounding: 'selecting' } as const

/** Of an extreme of all elements or over some axes. */
const extremeOfAll: More<[Operand, ...unknown[]]> = {
  ...selecting,
  differences: [
    {
      reason:
        'the gradient of an extreme that is NaN is NaN throughout; in PyTorch of `max` it goes to the NaN',
      when: (x) => x.elements.some(Number.isNaN),
      inGradients: true,
    },
  ],
}

function arg(name: string): Subject {
  return subject(
    alongAxis,
    (x, axis, given) =>
      `torch.${name}(number(${x}), dim=${axis}, keepdim=${py(given?.keepDimensions ?? false)})`,
    selecting,
  )
}

function extreme(name: string): Subject {
  return subject(
    overOneOrAll,
    (x, axis, given) =>
      `extreme(torch.${name}, number(${x}), ${py(axis)}, ${py(given?.keepDimensions ?? false)})`,
    extremeOfAll,
  )
}

const normalized = anyOperand(shape(1)).chain((x) => optional([x], axisOf(x.shape.length)))

function normalization(name: string): Subject {
  return subject(normalized, (x, axis = -1) => `torch.${name}(floating(${x}), dim=${axis})`, {
    rounding: 'normwise',
  })
}

export const reductions = {
  sum: reduction('torch.sum', 'number', partialSums),
  mean: reduction('torch.mean', 'floating', partialSums),
  amax: reduction('torch.amax', 'number', extremeOfAll),
  amin: reduction('torch.amin', 'number', extremeOfAll),
  any: reduction('any_of', 'truth', selecting),
  all: reduction('all_of', 'truth', selecting),
  variance: spread('torch.var'),
  standardDeviation: spread('torch.std'),
  logSumExp: reduction('torch.logsumexp', 'floating', {
    rounding: 'normwise',
    differences: [
      {
        reason:
          'beside an infinity the gradient of logSumExp by a number whose exponential overflows is NaN, not 0',
        when: (x) => x.elements.includes(Infinity),
        inGradients: true,
      },
      {
        reason:
          'the gradient of logSumExp is softmax; PyTorch has exp(x − result), which beside large numbers has lost the digits',
        when: (x) => x.elements.some((value) => Number.isFinite(value) && Math.abs(value) > 2 ** 40),
        inGradients: true,
      },
    ],
  }),
  argmax: arg('argmax'),
  argmin: arg('argmin'),
  max: extreme('max'),
  min: extreme('min'),
  softmax: normalization('softmax'),
  logSoftmax: normalization('log_softmax'),
} satisfies Record<string, Subject>
