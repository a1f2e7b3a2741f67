import fc from 'fast-check'
import {
  add,
  broadcastTo,
  concatenate,
  exp,
  flip,
  gather,
  iota,
  logSumExp,
  matmul,
  mean,
  multiply,
  pad,
  permute,
  reshape,
  type Shape,
  slice,
  softmax,
  sum,
  type Tensor,
  tanh,
  transpose,
  variance,
} from '../index.ts'
import { sizeOf } from '../shape.ts'

/** Operations on any two tensors, all smooth: rounding changes their results little. */
const steps = {
  add: (a, b) => add(a, alike(b, a.shape)),
  multiply: (a, b) => multiply(a, alike(b, a.shape)),
  tanh: (a) => tanh(a),
  exp: (a) => exp(a),
  softmax: (a) => softmax(reshape(a, [-1])),
  sum: (a) => sum(a, a.rank === 0 ? [] : [-1], { keepDimensions: true }),
  mean: (a) => mean(a, a.rank === 0 ? [] : [0]),
  logSumExp: (a) => logSumExp(a, a.rank === 0 ? [] : [0], { keepDimensions: true }),
  variance: (a) => variance(a, undefined, { correction: 0 }),
  column: (a) => reshape(a, [-1, 1]),
  transpose: (a) => (a.rank < 2 ? a : transpose(a)),
  rotateAxes: (a) => permute(reshape(a, [1, ...a.shape]), [...a.shape.map((_, axis) => axis + 1), 0]),
  flip: (a) => (a.rank === 0 ? a : flip(a, 0)),
  everySecond: (a) => (a.rank === 0 ? a : slice(a, [null, null, 2])),
  pad: (a) => {
    const widths = a.shape.map(() => [1, 0] as const)
    return pad(a, widths, 0.5)
  },
  concatenate: (a, b) => concatenate([reshape(a, [-1]), reshape(b, [-1])]),
  matmul: (a) => matmul(matrix(a), matmul(transpose(matrix(a)), matrix(a))).multiply(1 / a.size),
  gather: (a) => gather(reshape(a, [-1]), 0, iota([a.size], 0)),
  repeat: (a) => broadcastTo(a, [2, ...a.shape]),
} satisfies Record<string, (a: Tensor, b: Tensor) => Tensor>

function matrix(x: Tensor): Tensor {
  return reshape(x, [-1, x.size % 2 === 0 ? 2 : 1])
}

/** Returns b if it broadcasts to the shape, otherwise its average. */
function alike(b: Tensor, shape: Shape): Tensor {
  const missing = shape.length - b.rank
  const fits =
    missing >= 0 && b.shape.every((length, axis) => length === 1 || length === shape[axis + missing])
  return fits ? b : mean(b)
}

/** An operation on some of the latest values; 0 is the last one. */
export interface Step {
  readonly step: keyof typeof steps
  readonly a: number
  readonly b: number
}

/** A small graph of operations: each step adds a value that later steps may use, even repeatedly. */
export type Expression = readonly Step[]

export interface ExpressionConstraints {
  /** Default 14 (included). */
  maxSteps?: number
}

/** For expressions over any tensors; they shrink by losing steps. */
export function expression({ maxSteps = 14 }: ExpressionConstraints = {}): fc.Arbitrary<Expression> {
  const step = fc.record({
    step: fc.constantFrom(...(Object.keys(steps) as Step['step'][])),
    a: fc.nat({ max: 3 }),
    b: fc.nat({ max: 3 }),
  })
  return fc.array(step, { maxLength: maxSteps })
}

const largestSize = 60
const largestRank = 4

/**
 * Returns the value of each step, for one or more inputs of any shapes with elements in [−1, 1]. A tanh after every
 * step keeps values in that range, and large tensors are averaged; rounding then changes results and gradients little.
 */
export function evaluate(expression: Expression, inputs: readonly Tensor[]): Tensor[] {
  const values = [...inputs]
  for (const { step, a, b } of expression) {
    const latest = values.slice(-4).reverse()
    const [first, second] = [latest[a % latest.length], latest[b % latest.length]]
    const apply: (a: Tensor, b: Tensor) => Tensor = steps[step]
    const result = tanh(apply(first, second))
    values.push(sizeOf(result.shape) > largestSize || result.rank > largestRank ? mean(result, 0) : result)
  }
  return values.slice(inputs.length)
}
