import type { DType } from '../../../dtype.ts'
import type { ScalarName } from '../../../primitiveNames.ts'
import type { BinaryName, UnaryName } from '../../../scalarFunctions.ts'
import { type Expressible, isWrittenOut } from './functions.ts'
import type { KernelWriter } from './writer.ts'

/** An operand: the name that holds it, and its type. All types are floats: a bool is 0 or 1. */
export interface Scalar {
  readonly name: string
  readonly dtype: DType
}

type Emit = (writer: KernelWriter, operands: readonly string[]) => string

const truth = (condition: string) => `(${condition})?1:0`

/** The scalar functions that `functions.ts` does not write out; a missing one does not compile. */
const expressions: Record<Expressible, Emit> = {
  negate: (_, [x]) => `0-${x}`,
  abs: (_, [x]) => `Math.abs(${x})`,
  floor: (_, [x]) => `Math.floor(${x})`,
  ceil: (_, [x]) => `Math.ceil(${x})`,
  sqrt: (_, [x]) => `Math.sqrt(${x})`,
  sin: (writer, [x]) => writer.call('sineOf', x, '0'),
  cos: (writer, [x]) => writer.call('sineOf', x, '1'),
  logicalNot: (_, [x]) => `1-${x}`,
  add: (_, [a, b]) => `${a}+${b}`,
  subtract: (_, [a, b]) => `${a}-${b}`,
  multiply: (_, [a, b]) => `${a}*${b}`,
  divide: (_, [a, b]) => `${a}/${b}`,
  maximum: (_, [a, b]) => largerOf(a, b),
  minimum: (_, [a, b]) => `(${a}<${b}||!(${a}===${a}))?${a}:${b}`,
  less: (_, [a, b]) => truth(`${a}<${b}`),
  lessEqual: (_, [a, b]) => truth(`${a}<=${b}`),
  equal: (_, [a, b]) => truth(`${a}===${b}`),
  logicalAnd: (_, [a, b]) => `${a}*${b}`,
  logicalOr: (_, [a, b]) => `Math.max(${a},${b})`,
}

/** The larger of two numbers; NaN wins. */
export function largerOf(a: string, b: string): string {
  return `(${a}>${b}||!(${a}===${a}))?${a}:${b}`
}

/** An elementwise operation on scalars, as an expression. */
export function scalarExpression(
  writer: KernelWriter,
  name: ScalarName,
  operands: readonly Scalar[],
  dtype: DType,
): string {
  if (name === 'cast') return castExpression(writer, operands[0], dtype)
  const names = operands.map((operand) => operand.name)
  const expression = name === 'where' ? choice(names) : functionOf(writer, name, names)
  return dtype === 'float32' ? writer.single(expression) : expression
}

function choice([condition, a, b]: readonly string[]): string {
  return `(${condition}>0.5)?${a}:${b}`
}

function functionOf(writer: KernelWriter, name: UnaryName | BinaryName, operands: readonly string[]): string {
  return isWrittenOut(name) ? writer.call(`${name}Of`, ...operands) : expressions[name](writer, operands)
}

function castExpression(writer: KernelWriter, { name, dtype }: Scalar, to: DType): string {
  if (to === 'bool' && dtype !== 'bool') return `(${name}===0)?0:1`
  return to === 'int32' && dtype === 'float32' ? writer.call('integerOf', name) : name
}
