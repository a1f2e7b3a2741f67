import { check } from '../arguments.ts'
import { castScalar, type DType, dtypeRule, isFloat, isInt32, promote, toFloat } from '../dtype.ts'
import { demand } from '../errors.ts'
import { broadcastShapes } from '../shape.ts'
import { Tensor, type TensorLike } from '../tensor.ts'
import { asTensor, checkOperands, literal } from './constants.ts'
import type { BinaryName, UnaryName } from './names.ts'
import { apply, type Kinks, type Primitive } from './primitive.ts'
import { type Kind, sharedType } from './types.ts'

/** On which types an operation computes; others are cast to them, bool to int32 where it may be any number. */
type Computes = Exclude<Kind, 'any'>

function computeType(computes: Computes, dtype: DType): DType {
  if (computes === 'float') return toFloat(dtype)
  return computes === 'number' ? promote(dtype, 'int32') : 'bool'
}

/** How an operation treats a number that stands beside a tensor. */
interface Rule {
  readonly name: string
  readonly computes: Computes
  readonly compares: boolean
}

/**
 * A number beside a tensor takes the type in which the operation computes on that, unless a fraction, NaN or an infinity
 * meets integers, which then become float32. A whole number that int32 lacks is compared as the infinity on its side,
 * to which every integer stands as it does to the number; to compute with it is refused.
 */
function literalBeside(dtype: DType, value: number, { name, computes, compares }: Rule): Tensor {
  if (computes === 'bool') return literal(value, 'bool')
  if (computes === 'float' || isFloat(dtype)) return literal(value, toFloat(dtype))
  if (!Number.isInteger(value)) return literal(value, 'float32')
  if (isInt32(value)) return literal(value, 'int32')
  demand(compares, () => `${name}: the int32 tensor has no place for ${value}: cast it to float32 before`)
  return literal(value > 0 ? Infinity : -Infinity, 'float32')
}

type Domain = readonly [number, number]

interface UnaryRule {
  formula: string
  computes?: Computes
  /** Where tests draw the operand. */
  domain?: Domain
  kinks?: Kinks
  /** The gradient with respect to x, from that with respect to y = f(x). */
  vjp: ((gradient: Tensor, x: Tensor, y: Tensor) => Tensor) | 'none'
}

interface BinaryRule {
  formula: string
  computes?: Computes
  /** Whether the result is a truth value. */
  compares?: boolean
  domains?: readonly [Domain, Domain]
  kinks?: Kinks
  vjp: ((gradient: Tensor, a: Tensor, b: Tensor, output: Tensor) => (Tensor | undefined)[]) | 'none'
}

/** An elementwise function of one operand that carries its record. */
export type UnaryOperation<Name extends UnaryName = UnaryName> = ((x: TensorLike) => Tensor) & {
  readonly primitive: Primitive<Name>
}

/** An elementwise function of two operands, broadcast together, that carries its record. */
export type BinaryOperation<Name extends BinaryName = BinaryName> = ((
  a: TensorLike,
  b: TensorLike,
) => Tensor) & {
  readonly primitive: Primitive<Name>
}

/** Makes an operation of this name from its rule. In two steps, for a rule may use the operation itself. */
function unary<Name extends UnaryName>(name: Name): (rule: UnaryRule) => UnaryOperation<Name> {
  return ({ formula, computes = 'float', domain, kinks, vjp }) => {
    const dtype = computes === 'bool' ? 'bool' : undefined
    const primitive: Primitive<Name> = {
      name,
      formula,
      infer: ([x]) => ({ shape: x.shape, dtype: sharedType(name, computes, [x]) }),
      vjp: vjp === 'none' ? 'none' : (gradient, { inputs: [x], output }) => [vjp(gradient, x, output)],
      examples: [[], [5], [2, 3, 4]].map((shape) => ({
        inputs: [{ shape, domain, dtype }],
        attributes: {},
        kinks,
      })),
    }
    const operation = (value: TensorLike) => {
      const x = asTensor(name, value)
      return apply(primitive, [castTensor(x, computeType(computes, x.dtype))], {})
    }
    return Object.assign(operation, { primitive })
  }
}

/** As `unary`, for two operands. */
function binary<Name extends BinaryName>(name: Name): (rule: BinaryRule) => BinaryOperation<Name> {
  return ({ formula, computes = 'number', compares = false, domains = [], kinks, vjp }) => {
    const dtype = computes === 'bool' ? 'bool' : undefined
    const primitive: Primitive<Name> = {
      name,
      formula,
      infer: ([a, b]) => {
        const type = sharedType(name, computes, [a, b])
        return { shape: broadcastShapes(name, [a.shape, b.shape]), dtype: compares ? 'bool' : type }
      },
      vjp: vjp === 'none' ? 'none' : (gradient, { inputs: [a, b], output }) => vjp(gradient, a, b, output),
      examples: [
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
      ].map((shapes) => ({
        inputs: shapes.map((shape, i) => ({ shape, domain: domains[i], dtype })),
        attributes: {},
        kinks,
      })),
    }
    const operation = (first: TensorLike, second: TensorLike) => {
      const [a, b] = together(first, second, { name, computes, compares })
      const type = computeType(computes, promote(a.dtype, b.dtype))
      return apply(primitive, [castTensor(a, type), castTensor(b, type)], {})
    }
    return Object.assign(operation, { primitive })
  }
}

/** Both operands as tensors, a number taking its type from the other one. */
function together(a: TensorLike, b: TensorLike, rule: Rule): [Tensor, Tensor] {
  if (typeof a === 'number' && b instanceof Tensor) return [literalBeside(b.dtype, a, rule), b]
  if (typeof b === 'number' && a instanceof Tensor) return [a, literalBeside(a.dtype, b, rule)]
  return [asTensor(rule.name, a), asTensor(rule.name, b)]
}

export const castPrimitive: Primitive<'cast'> = {
  name: 'cast',
  formula: 'x in another type',
  infer: ([x], { dtype }) => ({ shape: x.shape, dtype }),
  vjp: (gradient, { inputs: [x] }) => [isFloat(x.dtype) ? cast(gradient, x.dtype) : undefined],
  examples: [
    { inputs: [{ shape: [2, 5] }], attributes: { dtype: 'float32' } },
    { inputs: [{ shape: [7], domain: [-3, 3] }], attributes: { dtype: 'int32' } },
    { inputs: [{ shape: [3], dtype: 'int32' }], attributes: { dtype: 'bool' } },
    { inputs: [{ shape: [6], dtype: 'bool' }], attributes: { dtype: 'float64' } },
  ],
}

/** The same values in another type: towards zero to int32, "not zero" to bool. PyTorch: `Tensor.to`. */
export function cast(x: TensorLike, dtype: DType): Tensor {
  check('cast', 'dtype', dtype, dtypeRule)
  return castTensor(asTensor('cast', typeof x === 'number' ? castScalar(dtype)(x) : x, dtype), dtype)
}

/** `cast` of what is known to be a tensor: most have the type already. */
function castTensor(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : apply(castPrimitive, [x], { dtype })
}

/** The tensor itself where it is floating, else as float32. */
export function asFloat(operation: string, x: TensorLike): Tensor {
  const value = asTensor(operation, x)
  return cast(value, toFloat(value.dtype))
}

export const wherePrimitive: Primitive<'where'> = {
  name: 'where',
  formula: 'condition ? a : b',
  infer: ([condition, a, b]) => {
    sharedType('where', 'bool', [condition])
    return {
      shape: broadcastShapes('where', [condition.shape, a.shape, b.shape]),
      dtype: sharedType('where', 'any', [a, b]),
    }
  },
  vjp: (gradient, { inputs: [condition] }) => [
    undefined,
    where(condition, gradient, 0),
    where(condition, 0, gradient),
  ],
  examples: [
    { inputs: [{ shape: [2, 3], dtype: 'bool' }, { shape: [2, 3] }, { shape: [] }] },
    { inputs: [{ shape: [3], dtype: 'bool' }, { shape: [2, 1] }, { shape: [2, 3] }] },
  ],
}

/** `condition ? a : b`, broadcast together. PyTorch: `torch.where`. */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  checkOperands('where', condition)
  const [x, y] = together(a, b, { name: 'where', computes: 'number', compares: false })
  const type = promote(x.dtype, y.dtype)
  return apply(wherePrimitive, [cast(condition, 'bool'), cast(x, type), cast(y, type)], {})
}

/** −x. */
export const negate = unary('negate')({ formula: '−x', computes: 'number', vjp: (g) => negate(g) })

/** |x|; the gradient at 0 is 0, as PyTorch's. */
export const abs = unary('abs')({
  formula: '|x|',
  computes: 'number',
  kinks: { at: [0] },
  vjp: (g, x) => multiply(g, sign(x)),
})

/** The largest integer ≤ x. */
export const floor = unary('floor')({ formula: '⌊x⌋', vjp: 'none' })

/** The smallest integer ≥ x. */
export const ceil = unary('ceil')({ formula: '⌈x⌉', vjp: 'none' })

/** The nearest integer, halves to the even one, as PyTorch's. */
export const round = unary('round')({ formula: 'nearest integer, halves to even', vjp: 'none' })

/** √x, NaN below 0. */
export const sqrt = unary('sqrt')({
  formula: '√x',
  domain: [0.1, 4],
  vjp: (g, _, y) => divide(g, multiply(y, 2)),
})

/** eˣ. */
export const exp = unary('exp')({ formula: 'eˣ', vjp: (g, _, y) => multiply(g, y) })

/** eˣ − 1, accurate near 0. */
export const expm1 = unary('expm1')({ formula: 'eˣ − 1', vjp: (g, _, y) => multiply(g, add(y, 1)) })

/** The natural logarithm; −∞ at 0, NaN below. */
export const log = unary('log')({ formula: 'ln x', domain: [0.1, 4], vjp: (g, x) => divide(g, x) })

/** ln(1 + x), accurate near 0. */
export const log1p = unary('log1p')({
  formula: 'ln(1 + x)',
  domain: [-0.8, 3],
  vjp: (g, x) => divide(g, add(x, 1)),
})

/** Sine of radians. */
export const sin = unary('sin')({ formula: 'sin x', vjp: (g, x) => multiply(g, cos(x)) })

/** Cosine of radians. */
export const cos = unary('cos')({ formula: 'cos x', vjp: (g, x) => negate(multiply(g, sin(x))) })

/** Arc sine, in radians; NaN beyond ±1, where its gradient is ∞. PyTorch: `torch.asin`. */
export const asin = unary('asin')({
  formula: 'arcsin x',
  domain: [-0.9, 0.9],
  vjp: (g, x) => divide(g, sqrt(oneLessSquare(x))),
})

/** Arc cosine, in radians; NaN beyond ±1, where its gradient is −∞. PyTorch: `torch.acos`. */
export const acos = unary('acos')({
  formula: 'arccos x',
  domain: [-0.9, 0.9],
  vjp: (g, x) => negate(divide(g, sqrt(oneLessSquare(x)))),
})

/** Arc tangent, in radians. */
export const atan = unary('atan')({
  formula: 'arctan x',
  vjp: (g, x) => divide(g, add(multiply(x, x), 1)),
})

/** Hyperbolic sine. PyTorch: `torch.sinh`. */
export const sinh = unary('sinh')({ formula: 'sinh x', vjp: (g, x) => multiply(g, cosh(x)) })

/** Hyperbolic cosine. PyTorch: `torch.cosh`. */
export const cosh = unary('cosh')({ formula: 'cosh x', vjp: (g, x) => multiply(g, sinh(x)) })

/** Hyperbolic tangent. */
export const tanh = unary('tanh')({
  formula: 'tanh x',
  vjp: (g, _, y) => multiply(g, subtract(1, multiply(y, y))),
})

/** The error function, 2/√π ∫₀ˣ exp(−t²) dt. */
export const erf = unary('erf')({
  formula: '2/√π ∫₀ˣ exp(−t²) dt',
  vjp: (g, x) => multiply(g, multiply(exp(negate(multiply(x, x))), 2 / Math.sqrt(Math.PI))),
})

/** Not x. */
export const logicalNot = unary('logicalNot')({ formula: 'not x', computes: 'bool', vjp: 'none' })

/** a + b; int32 wraps around beyond ±2³¹, as in `subtract` and `multiply`. */
export const add = binary('add')({ formula: 'a + b', vjp: (g) => [g, g] })

/** a − b. */
export const subtract = binary('subtract')({ formula: 'a − b', vjp: (g) => [g, negate(g)] })

/** a b, elementwise. */
export const multiply = binary('multiply')({
  formula: 'a b',
  vjp: (g, a, b) => [multiply(g, b), multiply(g, a)],
})

/** a / b, floating also for integers. */
export const divide = binary('divide')({
  formula: 'a / b',
  computes: 'float',
  domains: [
    [-2, 2],
    [0.5, 3],
  ],
  // Not (g / b) y: with a subnormal b that is ∞ · 0 where a is 0.
  vjp: (g, _, b, y) => [divide(g, b), negate(divide(multiply(g, y), b))],
})

/**
 * a − b ⌊a/b⌋: the remainder has the sign of b. It is NaN for b = 0, as is its gradient by b. PyTorch:
 * `torch.remainder`, whose gradient there is infinite.
 */
export const remainder = binary('remainder')({
  formula: 'a − b ⌊a/b⌋',
  computes: 'float',
  domains: [
    [-4, 4],
    [0.7, 2],
  ],
  // Wherever a/b is whole.
  kinks: { at: [0, 1, -1], ties: true },
  // Not ⌊a/b⌋ of the rounded quotient, which may be one off. A remainder equal to b was rounded up to it.
  vjp: (g, a, b, y) => {
    const quotient = where(equal(y, b), -1, round(divide(subtract(a, y), b)))
    return [g, negate(multiply(g, quotient))]
  },
})

/**
 * aᵇ as IEEE 754 has it. With respect to b, the gradient of 0ᵇ is 0 for b ≥ 0 and −∞ below. PyTorch: `torch.pow`, but
 * derivatives of higher order are 0, not NaN, where a constant meets a power of 0, and 1/a is the mixed derivative at
 * b = 0.
 */
export const power = binary('power')({
  formula: 'aᵇ',
  computes: 'float',
  domains: [
    [0.2, 3],
    [-2, 3],
  ],
  vjp: (g, a, b, y) => {
    const { operation } = b.node
    if (operation !== 'input' && operation.name === 'literal') {
      return [byBase(g, a, operation.attributes.value), undefined]
    }
    // 0⁰ and NaN⁰ are 1 for any a nearby, but b aᵇ⁻¹ is 0 · ∞ or NaN there.
    const isOne = logicalAnd(equal(b, 0), logicalNot(less(abs(divide(1, a)), Infinity)))
    const slope = multiply(b, power(where(isOne, 1, a), subtract(b, 1)))
    const isZero = logicalAnd(equal(a, 0), lessEqual(0, b))
    const logarithm = log(where(isZero, 1, a))
    return [where(isOne, 0, multiply(g, slope)), where(isZero, 0, multiply(g, multiply(y, logarithm)))]
  },
})

/** The angle of the point (x = b, y = a), in (−π, π]. */
export const atan2 = binary('atan2')({
  formula: 'angle of (b, a)',
  computes: 'float',
  domains: [
    [0.2, 2],
    [0.2, 2],
  ],
  vjp: (g, a, b) => {
    const scaled = divide(g, add(multiply(a, a), multiply(b, b)))
    return [multiply(scaled, b), negate(multiply(scaled, a))]
  },
})

/**
 * The larger one, NaN where either is NaN. The gradient goes to the larger one; a tie gives each half, and beside NaN
 * each gets all of it. PyTorch: `torch.maximum`.
 */
export const maximum = binary('maximum')({
  formula: 'max(a, b)',
  kinks: { ties: true },
  vjp: (g, a, b) => share(g, equal(a, b), less(a, b), less(b, a)),
})

/** The smaller one, with the gradient of `maximum`. PyTorch: `torch.minimum`. */
export const minimum = binary('minimum')({
  formula: 'min(a, b)',
  kinks: { ties: true },
  vjp: (g, a, b) => share(g, equal(a, b), less(b, a), less(a, b)),
})

/** a < b. */
export const less = binary('less')({ formula: 'a < b', compares: true, vjp: 'none' })

/** a ≤ b. */
export const lessEqual = binary('lessEqual')({ formula: 'a ≤ b', compares: true, vjp: 'none' })

/** a = b. */
export const equal = binary('equal')({ formula: 'a = b', compares: true, vjp: 'none' })

/** a and b. */
export const logicalAnd = binary('logicalAnd')({ formula: 'a and b', computes: 'bool', vjp: 'none' })

/** a or b. */
export const logicalOr = binary('logicalOr')({ formula: 'a or b', computes: 'bool', vjp: 'none' })

/** −1, 0 or 1; its gradient is 0. */
export function sign(x: TensorLike): Tensor {
  const value = asTensor('sign', x)
  return cast(subtract(cast(less(0, value), 'int32'), cast(less(value, 0), 'int32')), value.dtype)
}

/** The gradients of a choice between a and b: nothing for the one that loses, half for each where they tie. */
function share(gradient: Tensor, tie: Tensor, aLoses: Tensor, bLoses: Tensor): [Tensor, Tensor] {
  const shared = where(tie, multiply(gradient, 0.5), gradient)
  return [where(aLoses, 0, shared), where(bLoses, 0, shared)]
}

/** The gradient of aᵇ with respect to a, of a number b. */
function byBase(gradient: Tensor, a: Tensor, b: number): Tensor | undefined {
  return b === 0 ? undefined : multiply(gradient, multiply(b, power(a, b - 1)))
}

/** 1 − x², accurate near ±1, where its derivatives exist as well: those of (1 − x)(1 + x) are 0 · ∞ under a root. */
function oneLessSquare(x: Tensor): Tensor {
  return where(less(abs(x), 1), multiply(subtract(1, x), add(1, x)), subtract(1, multiply(x, x)))
}
