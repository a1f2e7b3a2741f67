import type { Code } from '../assembler/encoding.ts'
import { f32, f32x4, i32, i32x4, v128 } from '../assembler/instructions.ts'
import type { FunctionBuilder } from '../assembler/module.ts'

const splat = (value: number): Code => f32x4.splat(f32.const(value))

/** Evaluates a polynomial by Horner's rule, the highest coefficient first. */
function polynomial(x: Code, coefficients: readonly number[]): Code {
  const [highest, ...others] = coefficients
  return others.reduce(
    (sum: Code, coefficient) => f32x4.add(f32x4.mul(sum, x), splat(coefficient)),
    splat(highest),
  )
}

/** ln 2 in two parts; the first has so few bits that its products with the integers n are exact. */
const ln2High = 0.693359375
const ln2Low = -2.1219444e-4

/**
 * eˣ of four lanes, within 2 units in the last place. x = n ln 2 + r with |r| ≤ ln 2 / 2; eʳ by the polynomial of the
 * Cephes library; times 2ⁿ in two factors, so that subnormal results and infinity are right.
 * `pmax(x, …)` and `pmin(x, …)` keep a NaN in x.
 */
export function expLanes(builder: FunctionBuilder, value: Code): Code {
  const [x, n, exponent, half] = [0, 1, 2, 3].map(() => builder.local('v128'))
  builder.emit(
    x.set(f32x4.pmin(f32x4.pmax(value, splat(-104)), splat(89))),
    n.set(f32x4.nearest(f32x4.mul(x.get, splat(Math.LOG2E)))),
    x.set(f32x4.sub(x.get, f32x4.mul(n.get, splat(ln2High)))),
    x.set(f32x4.sub(x.get, f32x4.mul(n.get, splat(ln2Low)))),
    exponent.set(i32x4.trunc_sat_f32x4_s(n.get)),
    half.set(i32x4.shr_s(exponent.get, i32.const(1))),
  )
  const higher = polynomial(
    x.get,
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1],
  )
  const power = (whole: Code) => i32x4.shl(i32x4.add(whole, i32x4.splat(i32.const(127))), i32.const(23))
  const expOfRest = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(higher, x.get), x.get), x.get), splat(1))
  return f32x4.mul(f32x4.mul(expOfRest, power(half.get)), power(i32x4.sub(exponent.get, half.get)))
}

/**
 * ln x of four lanes, within 2 units in the last place. x = m 2ᵉ with √½ ≤ m < √2; ln m by the polynomial of the
 * Cephes library. The logarithm of 0 is −∞, that of a negative number NaN.
 */
export function logLanes(builder: FunctionBuilder, value: Code): Code {
  const [x, scaled, isTiny, exponent, m, isSmall, square] = Array.from({ length: 7 }, () =>
    builder.local('v128'),
  )
  const bits = (number: number) => i32x4.splat(i32.const(number))
  builder.emit(
    x.set(value),
    isTiny.set(f32x4.lt(x.get, splat(2 ** -126))),
    scaled.set(v128.bitselect(f32x4.mul(x.get, splat(2 ** 23)), x.get, isTiny.get)),
    exponent.set(i32x4.sub(i32x4.shr_s(scaled.get, i32.const(23)), bits(126))),
    exponent.set(i32x4.sub(exponent.get, v128.and(isTiny.get, bits(23)))),
    // The fraction bits with the exponent of ½: m in [½, 1).
    m.set(v128.or(v128.and(scaled.get, bits(0x007fffff)), bits(0x3f000000))),
    isSmall.set(f32x4.lt(m.get, splat(Math.SQRT1_2))),
    exponent.set(i32x4.add(exponent.get, isSmall.get)),
    m.set(f32x4.sub(f32x4.add(m.get, v128.and(m.get, isSmall.get)), splat(1))),
    square.set(f32x4.mul(m.get, m.get)),
    exponent.set(f32x4.convert_i32x4_s(exponent.get)),
  )
  const cubic = polynomial(
    m.get,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
      2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
  )
  const correction = f32x4.sub(
    f32x4.add(f32x4.mul(f32x4.mul(cubic, m.get), square.get), f32x4.mul(exponent.get, splat(ln2Low))),
    f32x4.mul(square.get, splat(0.5)),
  )
  const finite = f32x4.add(f32x4.add(m.get, correction), f32x4.mul(exponent.get, splat(ln2High)))
  const result = builder.local('v128')
  builder.emit(
    result.set(finite),
    result.set(v128.bitselect(splat(Number.NEGATIVE_INFINITY), result.get, f32x4.eq(x.get, splat(0)))),
    result.set(v128.bitselect(splat(Number.NaN), result.get, f32x4.lt(x.get, splat(0)))),
  )
  // Infinity and NaN are their own logarithms.
  return v128.bitselect(result.get, x.get, f32x4.lt(x.get, splat(Number.POSITIVE_INFINITY)))
}
