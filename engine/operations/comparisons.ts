import { binary, unary } from './elementwise.ts'

/** a < b. */
export const less = binary('less')('none')

/** a ≤ b. */
export const lessEqual = binary('lessEqual')('none')

/** a = b. */
export const equal = binary('equal')('none')

/** Not x. */
export const logicalNot = unary('logicalNot')('none')

/** a and b. */
export const logicalAnd = binary('logicalAnd')('none')

/** a or b. */
export const logicalOr = binary('logicalOr')('none')
