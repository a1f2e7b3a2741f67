import type { DType } from '../../../dtype.ts'
import type { ScalarName } from '../../../primitiveNames.ts'
import type { KernelWriter } from './writer.ts'

/** An operand: the name that holds it, and its type. All types are floats: a bool is 0 or 1. */
export interface Scalar {
  readonly name: string
  readonly dtype: DType
}

type Emit = (writer: KernelWriter, operands: readonly string[]) => string

const truth = (condition: string) => `(${condition})?1:0`

const infinity = (writer: KernelWriter) => writer.number(Number.POSITIVE_INFINITY)
const notANumber = (writer: KernelWriter) => writer.number(Number.NaN)

const emitters: Record<Exclude<ScalarName, 'cast'>, Emit> = {
  negate: (_, [x]) => `0-${x}`,
  abs: (_, [x]) => `Math.abs(${x})`,
  floor: (_, [x]) => `Math.floor(${x})`,
  ceil: (_, [x]) => `Math.ceil(${x})`,
  round: (writer, [x]) => writer.call('roundOf', x),
  sqrt: (_, [x]) => `Math.sqrt(${x})`,
  exp: (writer, [x]) => writer.call('expOf', x),
  expm1: (writer, [x]) => writer.call('expm1Of', x),
  log: (writer, [x]) => writer.call('logOf', x, infinity(writer), notANumber(writer)),
  log1p: (writer, [x]) => writer.call('log1pOf', x, infinity(writer), notANumber(writer)),
  sin: (writer, [x]) => writer.call('sineOf', x, '0', notANumber(writer)),
  cos: (writer, [x]) => writer.call('sineOf', x, '1', notANumber(writer)),
  asin: (writer, [x]) => writer.call('asinOf', x, infinity(writer), notANumber(writer)),
  acos: (writer, [x]) => writer.call('acosOf', x, infinity(writer), notANumber(writer)),
  atan: (writer, [x]) => writer.call('atanOf', x),
  sinh: (writer, [x]) => writer.call('sinhOf', x),
  cosh: (writer, [x]) => writer.call('coshOf', x),
  tanh: (writer, [x]) => writer.call('tanhOf', x),
  erf: (writer, [x]) => writer.call('erfOf', x),
  logicalNot: (_, [x]) => `1-${x}`,
  add: (_, [a, b]) => `${a}+${b}`,
  subtract: (_, [a, b]) => `${a}-${b}`,
  multiply: (_, [a, b]) => `${a}*${b}`,
  divide: (_, [a, b]) => `${a}/${b}`,
  remainder: (writer, [a, b]) => writer.call('remainderOf', a, b, notANumber(writer)),
  power: (writer, [a, b]) => writer.call('powerOf', a, b, infinity(writer), notANumber(writer)),
  atan2: (writer, [a, b]) => writer.call('atan2Of', a, b, infinity(writer)),
  maximum: (_, [a, b]) => largerOf(a, b),
  minimum: (_, [a, b]) => `(${a}<${b}||!(${a}===${a}))?${a}:${b}`,
  less: (_, [a, b]) => truth(`${a}<${b}`),
  lessEqual: (_, [a, b]) => truth(`${a}<=${b}`),
  equal: (_, [a, b]) => truth(`${a}===${b}`),
  logicalAnd: (_, [a, b]) => `${a}*${b}`,
  logicalOr: (_, [a, b]) => `Math.max(${a},${b})`,
  where: (_, [condition, a, b]) => `(${condition}>0.5)?${a}:${b}`,
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
  const expression = emitters[name](
    writer,
    operands.map((operand) => operand.name),
  )
  return dtype === 'float32' ? writer.single(expression) : expression
}

function castExpression(writer: KernelWriter, { name, dtype }: Scalar, to: DType): string {
  if (to === 'bool' && dtype !== 'bool') return `(${name}===0)?0:1`
  return to === 'int32' && dtype === 'float32' ? writer.call('integerOf', name) : name
}
