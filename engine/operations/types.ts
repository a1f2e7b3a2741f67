import { InvalidInputError } from '../../base/errors.ts'
import type { DType } from '../dtype.ts'
import type { Computes } from '../scalarFunctions.ts'
import type { Operand } from './primitive.ts'

/** The types on which an operation computes: floating ones, all numbers, bool, or any. */
export type Kind = Computes | 'any'

interface Rule {
  readonly dtypes: readonly DType[]
  readonly expected: string
  readonly advice: string
}

const rules: Readonly<Record<Kind, Rule>> = {
  float: { dtypes: ['float32', 'float64'], expected: 'floating numbers', advice: ': cast to float32' },
  number: { dtypes: ['float32', 'float64', 'int32'], expected: 'numbers', advice: ': cast to int32' },
  bool: { dtypes: ['bool'], expected: 'truth values', advice: ': cast to bool' },
  any: { dtypes: ['float32', 'float64', 'int32', 'bool'], expected: 'values', advice: '' },
}

/** Returns the type shared by all operands. Throws unless they have one type, of this kind. */
export function sharedType(operation: string, kind: Kind, operands: readonly Operand[]): DType {
  const { dtype } = operands[0]
  const { dtypes, expected, advice } = rules[kind]
  for (const operand of operands) {
    if (operand.dtype === dtype && dtypes.includes(dtype)) continue
    throw new InvalidInputError(
      `${operation}: expected ${expected}${operands.length > 1 ? ' of one type' : ''}, ` +
        `got ${[...new Set(operands.map((each) => each.dtype))].join(' and ')}${advice}`,
    )
  }
  return dtype
}
