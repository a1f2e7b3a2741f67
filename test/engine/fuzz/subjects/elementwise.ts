import fc from 'fast-check'
import { anyOperand, broadcast, optional, parameter, scalar, tensorOrNumber } from '../arguments.ts'
import { elementsOf, Scalar, type TensorLikeOperand } from '../operand.ts'
import { type More, py, type Subject, subject } from '../subject.ts'

/** A function of floating numbers: integers are converted. */
function ofFloat(name: string, more?: More<[TensorLikeOperand]>): Subject {
  return subject(fc.tuple(tensorOrNumber), (x) => `${name}(floating(${x}))`, more)
}

/** A function of numbers of any type: truths count as integers. */
function ofNumber(name: string, more?: More<[TensorLikeOperand]>): Subject {
  return subject(fc.tuple(tensorOrNumber), (x) => `${name}(number(${x}))`, more)
}

function two(): fc.Arbitrary<[TensorLikeOperand, TensorLikeOperand]> {
  return broadcast(2).map(([a, b]) => [a, b])
}

function ofTwo(
  call: (a: string, b: string) => string,
  more?: More<[TensorLikeOperand, TensorLikeOperand]>,
): Subject {
  return subject(two(), call, more)
}

const inFloat = (name: string) => (a: string, b: string) => `${name}(floating(${a}), floating(${b}))`
const inNumber = (name: string) => (a: string, b: string) => `${name}(number(${a}), number(${b}))`
const inTruth = (name: string) => (a: string, b: string) => `${name}(truth(${a}), truth(${b}))`

const selecting = { rounding: 'selecting' } as const

const hyperbolic: More<[TensorLikeOperand]> = {
  differences: [
    {
      reason: 'sinh and cosh of PyTorch 1.13 overflow a little early',
      when: (x) => elementsOf(x).some((value) => Math.abs(value) > 709.5),
    },
  ],
}

const logistic: More<[TensorLikeOperand]> = {
  differences: [
    {
      reason: 'sigmoid of PyTorch is 0 where e⁻ˣ overflows, not the subnormal number',
      when: (x) => elementsOf(x).some((value) => value < -708),
    },
  ],
}

/** For a tensor and a finite parameter. */
const withNumber = anyOperand().chain((x) => optional([x], parameter))

/** A bound, if it is not the one that binds nothing, because of which PyTorch would make integers floating, as by −0. */
function bound(value: number | undefined, none: number): string {
  return py(value === none ? undefined : value === 0 ? 0 : value)
}

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
  log1p: ofFloat('torch.log1p', {
    differences: [
      {
        reason: 'log1p of PyTorch 1.13 overflows near the largest float64',
        when: (x) => elementsOf(x).some((value) => value > 1e300),
      },
    ],
  }),
  log2: ofFloat('torch.log2'),
  log10: ofFloat('torch.log10'),
  sin: ofFloat('torch.sin'),
  cos: ofFloat('torch.cos'),
  tan: ofFloat('torch.tan'),
  asin: ofFloat('torch.asin'),
  acos: ofFloat('torch.acos'),
  atan: ofFloat('torch.atan'),
  sinh: ofFloat('torch.sinh', hyperbolic),
  cosh: ofFloat('torch.cosh', hyperbolic),
  tanh: ofFloat('torch.tanh'),
  erf: ofFloat('torch.erf'),
  sigmoid: ofFloat('torch.sigmoid', logistic),
  logSigmoid: ofFloat('F.logsigmoid'),
  softplus: ofFloat('softplus'),
  silu: ofFloat('F.silu', logistic),
  gelu: ofFloat('F.gelu', { rounding: 'beside operands' }),
  relu: subject(fc.tuple(tensorOrNumber), (x) => `F.relu(${x})`, selecting),
  leakyRelu: subject(withNumber, (x, slope = 0.01) => `F.leaky_relu(floating(${x}), ${py(slope)})`),
  // PyTorch computes exp(x) − 1.
  elu: subject(withNumber, (x, alpha = 1) => `elu(${x}, ${py(alpha)})`, { rounding: 1 }),
  clamp: subject(
    anyOperand().chain((x) => optional([x], scalar, scalar)),
    (x, low, high) => `torch.clamp(${x}, ${bound(low, -Infinity)}, ${bound(high, Infinity)})`,
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
          when: (x, dtype) =>
            dtype === 'int32' && elementsOf(x).some((value) => !(Math.abs(value) < 2 ** 31)),
        },
      ],
    },
  ),

  add: ofTwo(inNumber('torch.add')),
  subtract: ofTwo(inNumber('torch.sub')),
  multiply: ofTwo(inNumber('torch.mul')),
  divide: ofTwo(inFloat('torch.div')),
  remainder: ofTwo(inFloat('torch.remainder'), {
    differences: [
      {
        reason: 'the gradient of a remainder by 0 is NaN; PyTorch has an infinity',
        when: (_, b) => elementsOf(b).includes(0),
        inGradients: true,
      },
    ],
  }),
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
    {
      ...selecting,
      differences: [
        {
          reason: 'a choice between two numbers is floating; in PyTorch whole numbers are integers',
          when: (_, a, b) => a instanceof Scalar && b instanceof Scalar,
        },
      ],
    },
  ),
  lerp: subject(
    broadcast(3).map(([a, b, weight]) => [a, b, weight] as const),
    (a, b, weight) => `torch.lerp(*together(${a}, ${b}, ${weight}))`,
    { range: { bits: 60, reason: 'a difference is multiplied' } },
  ),
} satisfies Record<string, Subject>
