import fc from 'fast-check'
import type { DType } from '../../../../engine/dtype.ts'
import { axisOf, length, scalar, shape } from '../arguments.ts'
import { operandOf } from '../operand.ts'
import { py, type Subject, subject } from '../subject.ts'

const selecting = { rounding: 'selecting' } as const

const dtypes = fc.constantFrom<DType>('float32', 'float64', 'int32', 'bool')

const key = fc.oneof(
  fc.tuple(fc.integer(), fc.integer()),
  operandOf(
    [2],
    (base) =>
      fc
        .array(fc.integer(), { minLength: base[0], maxLength: base[0] })
        .map((words) => ({ data: Int32Array.from(words), shape: base })),
    true,
  ),
)

const sized = fc.oneof(fc.tuple(shape()), fc.tuple(shape(), dtypes))

const axisAndShape = shape(1).chain((lengths) => fc.tuple(fc.constant(lengths), axisOf(lengths.length)))

export const creation = {
  full: subject(
    fc.oneof(fc.tuple(shape(), scalar), fc.tuple(shape(), scalar, dtypes)),
    (lengths, value, dtype = 'float32') =>
      `cast(torch.full(${py(lengths)}, ${py(value)}, dtype=torch.float64), '${dtype}')`,
    selecting,
  ),
  zeros: subject(
    sized,
    (lengths, dtype = 'float32') => `cast(torch.zeros(${py(lengths)}), '${dtype}')`,
    selecting,
  ),
  ones: subject(
    sized,
    (lengths, dtype = 'float32') => `cast(torch.ones(${py(lengths)}), '${dtype}')`,
    selecting,
  ),
  arange: subject(fc.tuple(length), (count) => `torch.arange(${count})`, selecting),
  iota: subject(axisAndShape, (lengths, axis) => `iota(${py(lengths)}, ${axis})`, selecting),
  randomBits: subject(fc.tuple(key, shape()), undefined, selecting),
  randomUniform: subject(fc.tuple(key, shape())),
  randomNormal: subject(fc.tuple(key, shape()), undefined, { rounding: 8 }),
} satisfies Record<string, Subject>
