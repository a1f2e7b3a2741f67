import fc from 'fast-check'
import { anyOperand, broadcast, optional, parameter, scalar, tensorOrNumber } from '../arguments.ts'
import type { TensorLikeOperand } from '../operand.ts'
import { py, type Subject, subject } from '../subject.ts'

type More = Omit<Subject, 'args' | 'pytorch'>

/** A function of floating numbers: integers are converted. */
function ofFloat(name: string, more?: More): Subject {
  return subject(fc.tuple(tensorOrNumber), (x) => `${name}(floating(${x}))`, more)
}

/** A function of numbers of any type: truths count as integers. */
function ofNumber(name: string, more?: More): Subject {
  return subject(fc.tuple(tensorOrNumber), (x) => `${name}(number(${x}))`, more)
}

function two(): fc.Arbitrary<[TensorLikeOperand, TensorLikeOperand]> {
  return broadcast(2).map(([a, b]) => [a, b])
}

function ofTwo(call: (a: string, b: string) => string, more?: More): Subject {
  return subject(two(), call, more)
}

const inFloat = (name: string) => (a: string, b: string) => `${name}(floating(${a}), floating(${b}))`
const inNumber = (name: string) => (a: string, b: string) => `${name}(number(${a}), number(${b}))`
const inTruth = (name: string) => (a: string, b: string) => `${name}(truth(${a}), truth(${b}))`

const selecting: More = { rounding: 'selecting' }

/** For a tensor and a finite parameter. */
const withNumber = anyOperand().chain((x) => optional([x], parameter))

export const elementwise = {
  negate: ofNumber('torch.neg', selecting),
  abs: ofNumber('torch.abs', selecting),
  sign: subject(fc.tuple(tensorOrNumber), (x) => `torch.sign(${x})`, selecting),
  floor: ofFloat('torch.floor', selecting),
  ceil: ofFloat('torch.ceil', selecting),
  round: ofFloat('torch.round', selecting),
  trunc: ofFloat('torch.trunc', selecting),
  sqrt: ofFloat('torch.sqrt'),
  rsqrt: ofFloat('torch.rsqrt'),
  square: ofNumber('torch.square'),
  reciprocal: ofFloat('torch.reciprocal'),
  exp: ofFloat('torch.exp'),
  exp2: ofFloat('torch.exp2'),
  expm1: ofFloat('torch.expm1'),
  log: ofFloat('torch.log'),
  log1p: ofFloat('torch.log1p'),
  log2: ofFloat('torch.log2'),
  log10: ofFloat('torch.log10'),
  sin: ofFloat('torch.sin'),
  cos: ofFloat('torch.cos'),
  tan: ofFloat('torch.tan'),
  asin: ofFloat('torch.asin'),
  acos: ofFloat('torch.acos'),
  atan: ofFloat('torch.atan'),
  sinh: ofFloat('torch.sinh'),
  cosh: ofFloat('torch.cosh'),
  tanh: ofFloat('torch.tanh'),
  erf: ofFloat('torch.erf'),
  sigmoid: ofFloat('torch.sigmoid'),
  logSigmoid: ofFloat('F.logsigmoid'),
  softplus: subject(fc.tuple(tensorOrNumber), (x) => `torch.logaddexp(floating(${x}), torch.zeros(()))`),
  silu: ofFloat('F.silu'),
  gelu: ofFloat('F.gelu', { rounding: 'beside operands' }),
  relu: subject(fc.tuple(tensorOrNumber), (x) => `F.relu(${x})`, selecting),
  leakyRelu: subject(withNumber, (x, slope = 0.01) => `F.leaky_relu(floating(${x}), ${py(slope)})`),
  elu: subject(withNumber, (x, alpha = 1) => `F.elu(floating(${x}), ${py(alpha)})`),
  clamp: subject(
    anyOperand().chain((x) => optional([x], scalar, scalar)),
    (x, low = -Infinity, high = Infinity) => `torch.clamp(${x}, ${py(low)}, ${py(high)})`,
    selecting,
  ),
  isNaN: ofNumber('torch.isnan', selecting),
  isFinite: ofNumber('torch.isfinite', selecting),
  logicalNot: subject(fc.tuple(tensorOrNumber), (x) => `torch.logical_not(truth(${x}))`, selecting),
  detach: subject(fc.tuple(tensorOrNumber), (x) => `${x}.detach()`, selecting),
  cast: subject(
    fc.tuple(tensorOrNumber, fc.constantFrom('float32', 'float64', 'int32', 'bool')),
    (x, dtype) => `cast(${x}, '${dtype}')`,
    {
      ...selecting,
      differences: [
        {
          reason: 'numbers outside int32 become its ends, and NaN 0; PyTorch leaves them undefined',
          when: (operands, [, dtype]) =>
            dtype === 'int32' &&
            operands.some(({ elements }) => elements.some((value) => !(Math.abs(value) < 2 ** 31))),
        },
      ],
    },
  ),

  add: ofTwo(inNumber('torch.add')),
  subtract: ofTwo(inNumber('torch.sub')),
  multiply: ofTwo(inNumber('torch.mul')),
  divide: ofTwo(inFloat('torch.div')),
  remainder: ofTwo(inFloat('torch.remainder')),
  power: ofTwo(inFloat('torch.pow')),
  atan2: ofTwo(inFloat('torch.atan2')),
  maximum: ofTwo(inNumber('torch.maximum'), selecting),
  minimum: ofTwo(inNumber('torch.minimum'), selecting),
  less: ofTwo(inNumber('torch.lt'), selecting),
  lessEqual: ofTwo(inNumber('torch.le'), selecting),
  greater: ofTwo(inNumber('torch.gt'), selecting),
  greaterEqual: ofTwo(inNumber('torch.ge'), selecting),
  equal: ofTwo(inNumber('torch.eq'), selecting),
  notEqual: ofTwo(inNumber('torch.ne'), selecting),
  logicalAnd: ofTwo(inTruth('torch.logical_and'), selecting),
  logicalOr: ofTwo(inTruth('torch.logical_or'), selecting),
  where: subject(
    broadcast(3).map(([condition, a, b]) => [condition, a, b] as const),
    (condition, a, b) => `torch.where(truth(${condition}), ${a}, ${b})`,
    selecting,
  ),
  lerp: subject(
    broadcast(3).map(([a, b, weight]) => [a, b, weight] as const),
    (a, b, weight) => `torch.lerp(*together(${a}, ${b}, ${weight}))`,
    { float32Range: { bits: 60, reason: 'a difference is multiplied' } },
  ),
} satisfies Record<string, Subject>
