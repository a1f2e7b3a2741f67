import { demand } from '../../base/errors.ts'
import { type DType, isFloat, isInt32, promote, toFloat } from '../dtype.ts'
import {
  type BinaryName,
  binaryFunctions,
  type Computes,
  type UnaryName,
  unaryFunctions,
} from '../scalarFunctions.ts'
import { broadcastShapes, type Shape } from '../shape.ts'
import { Tensor, type TensorLike } from '../tensor.ts'
import { castTensor } from './casts.ts'
import { asTensor, operandLiteral } from './constants.ts'
import { apply, type Primitive } from './primitive.ts'
import { sharedType } from './types.ts'

function computeType(computes: Computes, dtype: DType): DType {
  if (computes === 'float') return toFloat(dtype)
  return computes === 'number' ? promote(dtype, 'int32') : 'bool'
}

/** The properties of an operation that determine the type of a number operand. */
interface Rule {
  readonly name: string
  readonly computes: Computes
  readonly compares: boolean
}

/**
 * Returns a number operand as a tensor. It takes the type in which the operation computes on the other operand, except
 * that with an integer tensor a fraction, NaN or an infinity is float32. An integer out of range of int32 is compared
 * as the infinity of its sign, which compares alike with every int32; arithmetic with it throws.
 */
function literalBeside(dtype: DType, value: number, { name, computes, compares }: Rule): Tensor {
  if (computes === 'bool') return operandLiteral(value, 'bool')
  if (computes === 'float' || isFloat(dtype)) return operandLiteral(value, toFloat(dtype))
  if (!Number.isInteger(value)) return operandLiteral(value, 'float32')
  if (isInt32(value)) return operandLiteral(value, 'int32')
  demand(compares, () => `${name}: ${value} is out of range of the int32 tensor: cast that to float32`)
  return operandLiteral(value > 0 ? Infinity : -Infinity, 'float32')
}

/** Computes the gradient with respect to x from that with respect to y = f(x). */
type UnaryVjp = (gradient: Tensor, x: Tensor, y: Tensor) => Tensor

/** Computes the gradients with respect to a and b from that with respect to the output f(a, b). */
type BinaryVjp = (gradient: Tensor, a: Tensor, b: Tensor, output: Tensor) => (Tensor | undefined)[]

/** An elementwise function of one operand, with its record. */
export type UnaryOperation<Name extends UnaryName = UnaryName> = ((x: TensorLike) => Tensor) & {
  readonly primitive: Primitive<Name>
}

/** An elementwise function of two operands, broadcast together, with its record. */
export type BinaryOperation<Name extends BinaryName = BinaryName> = ((
  a: TensorLike,
  b: TensorLike,
) => Tensor) & {
  readonly primitive: Primitive<Name>
}

const unaryShapes: readonly Shape[] = [[], [5], [2, 3, 4]]

/** Makes the named scalar function an operation. The gradient comes second because it may use the operation itself. */
export function unary<Name extends UnaryName>(name: Name): (vjp: UnaryVjp | 'none') => UnaryOperation<Name> {
  const { formula, computes, domain, kinks } = unaryFunctions[name]
  const dtype = computes === 'bool' ? 'bool' : undefined
  return (vjp) => {
    const primitive: Primitive<Name> = {
      name,
      formula,
      infer: ([x]) => ({ shape: x.shape, dtype: sharedType(name, computes, [x]) }),
      vjp: vjp === 'none' ? 'none' : (gradient, { inputs: [x], output }) => [vjp(gradient, x, output)],
      examples: unaryShapes.map((shape) => ({ inputs: [{ shape, domain, dtype }], kinks })),
    }
    const operation = (value: TensorLike) => {
      const x = asTensor(name, value)
      return apply(primitive, [castTensor(x, computeType(computes, x.dtype))], {})
    }
    return Object.assign(operation, { primitive })
  }
}

const binaryShapes: readonly (readonly [Shape, Shape])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [
    [4, 1, 3],
    [2, 1],
  ],
  [[], [5]],
  [[2, 5], []],
]

/** Like `unary`, for two operands. */
export function binary<Name extends BinaryName>(
  name: Name,
): (vjp: BinaryVjp | 'none') => BinaryOperation<Name> {
  const { formula, computes, compares = false, domains = [], kinks } = binaryFunctions[name]
  const dtype = computes === 'bool' ? 'bool' : undefined
  return (vjp) => {
    const primitive: Primitive<Name> = {
      name,
      formula,
      infer: ([a, b]) => {
        const type = sharedType(name, computes, [a, b])
        return { shape: broadcastShapes(name, [a.shape, b.shape]), dtype: compares ? 'bool' : type }
      },
      vjp: vjp === 'none' ? 'none' : (gradient, { inputs: [a, b], output }) => vjp(gradient, a, b, output),
      examples: binaryShapes.map((shapes) => ({
        inputs: shapes.map((shape, i) => ({ shape, domain: domains[i], dtype })),
        kinks,
      })),
    }
    const rule = { name, computes, compares }
    const operation = (first: TensorLike, second: TensorLike) => {
      const [a, b] = together(first, second, rule)
      const type = computeType(computes, promote(a.dtype, b.dtype))
      return apply(primitive, [castTensor(a, type), castTensor(b, type)], {})
    }
    return Object.assign(operation, { primitive })
  }
}

/** Returns both operands as tensors; a number takes its type from the other operand. */
export function together(a: TensorLike, b: TensorLike, rule: Rule): [Tensor, Tensor] {
  if (typeof a === 'number' && b instanceof Tensor) return [literalBeside(b.dtype, a, rule), b]
  if (typeof b === 'number' && a instanceof Tensor) return [a, literalBeside(a.dtype, b, rule)]
  return [asTensor(rule.name, a), asTensor(rule.name, b)]
}
