/** A value, the gradient by input i, `d0`, or that gradient's own gradient by input j, `d0d1`. */
export type Result = 'value' | `d${number}` | `d${number}d${number}`

/** Where we mean to give another number than PyTorch 1.13. */
export interface Difference {
  readonly call: RegExp
  readonly results: RegExp
  /** The operands concerned; of a reduction a row. */
  readonly at: (operands: readonly number[]) => boolean
  readonly is: (operands: readonly number[]) => number
  readonly why: string
}

/** One that the operation's doc comment states, in these words. */
export interface StatedDifference extends Difference {
  readonly says: string
}

/** ∂²(aᵇ)/∂a∂b at b = 0: 1/a, unless the formula needs the logarithm of a number that has none, or a⁰ is 1 all around. */
function mixedAtZero(a: number): number {
  if (a < 0 || a === Number.POSITIVE_INFINITY) return Number.NaN
  return Number.isFinite(1 / a) ? 1 / a : 0
}

/** What is meant otherwise than PyTorch has it. */
export const statedDifferences: readonly StatedDifference[] = [
  ...[1, 1.5].map((alpha) => ({
    call: alpha === 1 ? /^elu\(x\)/ : /^elu\(x, 1.5\)/,
    results: /^d0d0$/,
    at: ([x]: readonly number[]) => x === 0,
    is: () => alpha,
    why: 'PyTorch takes the first derivative at 0 from below, but the second from above',
    says: 'derivatives at 0 are those from below',
  })),
  {
    call: /^power\(x, 0.5\)/,
    results: /^value$/,
    at: ([x]) => x === Number.NEGATIVE_INFINITY,
    is: () => Number.POSITIVE_INFINITY,
    why: 'PyTorch takes the root instead, but to other powers −∞ as IEEE 754 has it',
    says: 'IEEE 754',
  },
  {
    call: /^power\(x, 0.5\)/,
    results: /^d0$/,
    at: ([x]) => x === Number.NEGATIVE_INFINITY,
    is: () => 0,
    why: 'the same',
    says: 'IEEE 754',
  },
  {
    call: /^power\(a, b\)/,
    results: /^d0d1$/,
    at: ([, b]) => b === 0,
    is: ([a]) => mixedAtZero(a),
    why: 'PyTorch treats the exponent 0 as a constant',
    says: 'the mixed derivative at b = 0 is 1/a',
  },
  {
    call: /^power\(a, b\)/,
    results: /^d1d0$/,
    at: ([a, b]) => b === 0 && (a < 0 || a === Number.POSITIVE_INFINITY),
    is: ([a]) => mixedAtZero(a),
    why: 'PyTorch excepts the logarithm',
    says: 'the mixed derivative at b = 0 is 1/a',
  },
  {
    call: /^power\(a, b\)/,
    results: /^d0d0$/,
    at: ([a, b]) => b === 0 && !Number.isFinite(1 / a),
    is: () => 0,
    why: 'PyTorch multiplies 0 by the power −2 of 0',
    says: 'higher derivatives of a constant power of 0 are 0 instead of NaN',
  },
  {
    call: /^power\(a, b\)/,
    results: /^d0d1$/,
    at: ([a, b]) => a === 0 && b === Number.POSITIVE_INFINITY,
    is: () => 0,
    why: 'PyTorch multiplies 0 by the logarithm of 0',
    says: 'higher derivatives of a constant power of 0 are 0 instead of NaN',
  },
  {
    call: /^power\(a, b\)/,
    results: /^d1d0$/,
    at: ([a, b]) => a === 0 && (b === 0 || (b >= 1 && Number.isFinite(b))),
    is: () => 0,
    why: 'PyTorch multiplies 0 by the logarithm of 0',
    says: 'higher derivatives of a constant power of 0 are 0 instead of NaN',
  },
  {
    call: /^power\(a, b\)/,
    results: /^d1d1$/,
    at: ([a, b]) => a === 0 && b >= 0,
    is: () => 0,
    why: 'PyTorch multiplies 0 by the logarithm of 0',
    says: 'higher derivatives of a constant power of 0 are 0 instead of NaN',
  },
  {
    call: /^remainder\(/,
    results: /^d1$/,
    at: ([, b]) => b === 0,
    is: () => Number.NaN,
    why: 'PyTorch gives −⌊a/0⌋, but the remainder is NaN there',
    says: 'For b = 0 it is NaN, and so is its gradient with respect to b',
  },
  {
    call: /^variance\(/,
    results: /^d0$/,
    at: (row) => !row.every(Number.isFinite),
    is: () => Number.NaN,
    why: 'PyTorch has NaN at infinite elements and ±∞ at the others',
    says: 'NaN in all elements if it is NaN in any',
  },
  ...[
    { call: /(variance|standardDeviation)\(.*correction: [1234] /, rowLength: 1 },
    { call: /(variance|standardDeviation)\(.*correction: [34] /, rowLength: 3 },
  ].map(({ call, rowLength }) => ({
    call,
    results: /^d0(d0)?$/,
    at: (row: readonly number[]) => row.length === rowLength,
    is: () => Number.NaN,
    why: 'PyTorch divides by the negative n − correction here, though not in the value',
    says: 'if n ≤ correction',
  })),
]

const isFinite = (operands: readonly number[]) => operands.every(Number.isFinite)

/** The square overflows. */
const isHuge = (operands: readonly number[]) =>
  isFinite(operands) && operands.some((x) => Math.abs(x) > 1e154)

/** Where PyTorch's formula overflows or loses digits, and ours does not. */
export const sharperResults: readonly Difference[] = [
  {
    call: /^(erf|gelu)\(/,
    results: /^d0d0$/,
    at: isHuge,
    is: () => 0,
    why: 'PyTorch multiplies an overflown square by 0',
  },
  ...[1, 1.5].map((alpha) => ({
    call: alpha === 1 ? /^elu\(x\)/ : /^elu\(x, 1.5\)/,
    results: /^value$/,
    at: ([x]: readonly number[]) => x < 0 && x > -1e-6,
    is: ([x]: readonly number[]) => alpha * Math.expm1(x),
    why: 'PyTorch subtracts 1 from exp(x)',
  })),
  {
    call: /^remainder\(/,
    results: /^value$/,
    at: ([a, b]) => b !== 0 && isFinite([a, b]) && !Number.isFinite(a / b),
    is: ([a, b]) => ((a % b) + b) % b,
    why: 'PyTorch multiplies an overflown quotient',
  },
  {
    call: /^remainder\(/,
    results: /^d1$/,
    at: ([a, b]) => b !== 0 && isFinite([a, b]) && !Number.isFinite(a / b),
    is: ([a, b]) => -a / b,
    why: 'PyTorch multiplies an overflown quotient',
  },
  ...[
    { results: /^d0$/, order: 1, operand: 1, is: Number.POSITIVE_INFINITY },
    { results: /^d0d0$/, order: 2, operand: 1, is: Number.NEGATIVE_INFINITY },
    { results: /^d1$/, order: 1, operand: 0, is: Number.NEGATIVE_INFINITY },
    { results: /^d1d1$/, order: 2, operand: 0, is: Number.POSITIVE_INFINITY },
  ].map(({ results, order, operand, is }) => ({
    call: /^atan2\(/,
    results,
    at: (operands: readonly number[]) =>
      operands[operand] === 5e-324 &&
      (order === 1 ? Math.hypot(...operands) < 1e-162 : operands[1 - operand] === 5e-324),
    is: () => is,
    why: 'PyTorch’s product of the weight and the smallest number is 0, and its reciprocal of 0 is ∞',
  })),
  {
    call: /^variance\(/,
    results: /^d0$/,
    at: ([first]) => first === 1e308,
    is: () => Number.NaN,
    why: 'the square overflows',
  },
  {
    call: /^standardDeviation\(/,
    results: /^value$/,
    at: ([first]) => first === 1e308,
    is: () => Number.POSITIVE_INFINITY,
    why: 'the square overflows, to NaN in PyTorch',
  },
]

/** Where squares and quotients leave the range of float32, but not of float64: nothing is compared there. */
export const outsideFloat32 = {
  call: /^(atan2|power|standardDeviation|variance)\(/,
  at: (operands: readonly number[]) => operands.some((x) => x !== 0 && Math.abs(x) < 1e-19),
}

/**
 * On a GPU, powers and remainders of the largest numbers overflow on the way, and WGSL allows a compiler to take 0 · x for 0,
 * even if x is not finite.
 */
export const outsideGpu: readonly {
  readonly call: RegExp
  readonly at: (operands: readonly number[]) => boolean
}[] = [
  { call: /^(power|remainder)\(/, at: (operands) => operands.some((x) => Math.abs(x) > 2 ** 126) },
  { call: /^lerp\(/, at: (operands) => operands.some((x) => !Number.isFinite(x)) },
]

/** Everything else is as PyTorch 1.13 has it. */
export const differences: readonly Difference[] = [...statedDifferences, ...sharperResults]
