import { erf, flooredRemainder, power, roundHalfToEven } from './special.ts'

/** The types on which a function computes. Others are cast: to float32, to bool, or, for `number`, bool to int32. */
export type Computes = 'float' | 'number' | 'bool'

/** Points at which a function is not smooth, so that differences do not approximate its derivatives. */
export interface Kinks {
  /** Elements with these values. */
  readonly at?: readonly number[]
  /** Whether equal elements, of one operand or of two, are such points. Default false. */
  readonly ties?: boolean
}

/** An interval [low, high). */
export type Domain = readonly [number, number]

interface ScalarFunction {
  /** The formula, in one line. */
  readonly formula: string
  readonly computes: Computes
  readonly kinks?: Kinks
}

/** A function of one number. Booleans are 0 and 1. */
export interface UnaryFunction extends ScalarFunction {
  /** The function in float64, as the reference executor computes it. */
  readonly definition: (x: number) => number
  /** The interval from which gradient checks draw the operand. Default: [−2, 2). */
  readonly domain?: Domain
}

/** A function of two numbers. Booleans are 0 and 1. */
export interface BinaryFunction extends ScalarFunction {
  /** The function in float64, as the reference executor computes it, except for products of int32. */
  readonly definition: (a: number, b: number) => number
  /** Whether the result is bool. Default: only if the function computes on bool. */
  readonly compares?: boolean
  /** The intervals from which gradient checks draw the operands. Default: [−2, 2). */
  readonly domains?: readonly [Domain, Domain]
}

/** Returns the table unchanged, so that the compiler infers its keys as names. */
function tableOf<Rule>() {
  return <Name extends string>(functions: Readonly<Record<Name, Rule>>) => functions
}

/**
 * The scalar functions of one operand that loops apply to each element. The names of primitives, the reference executor
 * and the random calls of the laws are derived from this table.
 */
export const unaryFunctions = tableOf<UnaryFunction>()({
  negate: { formula: '−x', computes: 'number', definition: (x) => -x },
  abs: { formula: '|x|', computes: 'number', definition: Math.abs, kinks: { at: [0] } },
  floor: { formula: '⌊x⌋', computes: 'float', definition: Math.floor },
  ceil: { formula: '⌈x⌉', computes: 'float', definition: Math.ceil },
  round: { formula: 'nearest integer, halves to even', computes: 'float', definition: roundHalfToEven },
  sqrt: { formula: '√x', computes: 'float', definition: Math.sqrt, domain: [0.1, 4] },
  exp: { formula: 'eˣ', computes: 'float', definition: Math.exp },
  expm1: { formula: 'eˣ − 1', computes: 'float', definition: Math.expm1 },
  log: { formula: 'ln x', computes: 'float', definition: Math.log, domain: [0.1, 4] },
  log1p: { formula: 'ln(1 + x)', computes: 'float', definition: Math.log1p, domain: [-0.8, 3] },
  sin: { formula: 'sin x', computes: 'float', definition: Math.sin },
  cos: { formula: 'cos x', computes: 'float', definition: Math.cos },
  asin: { formula: 'arcsin x', computes: 'float', definition: Math.asin, domain: [-0.9, 0.9] },
  acos: { formula: 'arccos x', computes: 'float', definition: Math.acos, domain: [-0.9, 0.9] },
  atan: { formula: 'arctan x', computes: 'float', definition: Math.atan },
  sinh: { formula: 'sinh x', computes: 'float', definition: Math.sinh },
  cosh: { formula: 'cosh x', computes: 'float', definition: Math.cosh },
  tanh: { formula: 'tanh x', computes: 'float', definition: Math.tanh },
  erf: { formula: '2/√π ∫₀ˣ exp(−t²) dt', computes: 'float', definition: erf },
  logicalNot: { formula: 'not x', computes: 'bool', definition: (x) => Number(x === 0) },
})

/** The scalar functions of two operands of one type. */
export const binaryFunctions = tableOf<BinaryFunction>()({
  add: { formula: 'a + b', computes: 'number', definition: (a, b) => a + b },
  subtract: { formula: 'a − b', computes: 'number', definition: (a, b) => a - b },
  multiply: { formula: 'a b', computes: 'number', definition: (a, b) => a * b },
  divide: {
    formula: 'a / b',
    computes: 'float',
    definition: (a, b) => a / b,
    domains: [
      [-2, 2],
      [0.5, 3],
    ],
  },
  remainder: {
    formula: 'a − b ⌊a/b⌋',
    computes: 'float',
    definition: flooredRemainder,
    domains: [
      [-4, 4],
      [0.7, 2],
    ],
    // Integers a/b.
    kinks: { at: [0, 1, -1], ties: true },
  },
  power: {
    formula: 'aᵇ',
    computes: 'float',
    definition: power,
    domains: [
      [0.2, 3],
      [-2, 3],
    ],
  },
  atan2: {
    formula: 'angle of (b, a)',
    computes: 'float',
    definition: Math.atan2,
    domains: [
      [0.2, 2],
      [0.2, 2],
    ],
  },
  maximum: { formula: 'max(a, b)', computes: 'number', definition: Math.max, kinks: { ties: true } },
  minimum: { formula: 'min(a, b)', computes: 'number', definition: Math.min, kinks: { ties: true } },
  less: { formula: 'a < b', computes: 'number', compares: true, definition: (a, b) => Number(a < b) },
  lessEqual: { formula: 'a ≤ b', computes: 'number', compares: true, definition: (a, b) => Number(a <= b) },
  equal: { formula: 'a = b', computes: 'number', compares: true, definition: (a, b) => Number(a === b) },
  logicalAnd: { formula: 'a and b', computes: 'bool', definition: (a, b) => Number(a !== 0 && b !== 0) },
  logicalOr: { formula: 'a or b', computes: 'bool', definition: (a, b) => Number(a !== 0 || b !== 0) },
})

export type UnaryName = keyof typeof unaryFunctions

export type BinaryName = keyof typeof binaryFunctions

/** All scalar functions. Executors may call them on the host, one element at a time. */
export const scalarFunctions: Readonly<Record<UnaryName | BinaryName, UnaryFunction | BinaryFunction>> = {
  ...unaryFunctions,
  ...binaryFunctions,
}

export function isUnary(name: string): name is UnaryName {
  return Object.hasOwn(unaryFunctions, name)
}

export function isBinary(name: string): name is BinaryName {
  return Object.hasOwn(binaryFunctions, name)
}
