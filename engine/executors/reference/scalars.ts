import type { DType } from '../../dtype.ts'
import type { BinaryName, UnaryName } from '../../primitiveNames.ts'
import { erf, flooredRemainder, power } from '../../special.ts'

/** The elementwise primitives of one operand. */
export const unaryScalars: Readonly<Record<UnaryName, (x: number) => number>> = {
  negate: (x) => -x,
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfToEven,
  sqrt: Math.sqrt,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  erf,
  logicalNot: (x) => Number(x === 0),
}

/** The elementwise primitives of two operands. */
export const binaryScalars: Readonly<Record<BinaryName, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  remainder: flooredRemainder,
  power,
  atan2: Math.atan2,
  maximum: Math.max,
  minimum: Math.min,
  less: (a, b) => Number(a < b),
  lessEqual: (a, b) => Number(a <= b),
  equal: (a, b) => Number(a === b),
  logicalAnd: (a, b) => Number(a !== 0 && b !== 0),
  logicalOr: (a, b) => Number(a !== 0 || b !== 0),
}

/** The product of two numbers of a type: that of two int32 can have more digits than a float64 holds. */
export function productOf(dtype: DType): (a: number, b: number) => number {
  return dtype === 'int32' ? Math.imul : binaryScalars.multiply
}

function roundHalfToEven(x: number): number {
  const rounded = Math.round(x)
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}
