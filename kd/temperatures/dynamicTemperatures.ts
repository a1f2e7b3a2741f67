import {
  abs,
  add,
  clamp,
  divide,
  full,
  greater,
  logicalAnd,
  logicalNot,
  logicalOr,
  multiply,
  notEqual,
  subtract,
  type Tensor,
  where,
} from '../../engine/index.ts'
import * as option from '../option.ts'
import { type GivenOptions, resolveOptions, type SettingsOf } from '../options.ts'
import { centred, largest } from './sharpness.ts'
import { checkLogits, type Temperatures } from './temperatures.ts'

export const dynamicTemperatureOptions = {
  /** τ, the mean of a sample's two temperatures. Default 4. */
  referenceTemperature: option.number(4, { above: 0 }),
  /** How rows are treated in which the formula breaks down. Default `'fallback'`. */
  guard: option.oneOf(['fallback', 'clamp', 'absolute', 'centre', 'none'], 'fallback'),
}

export interface DynamicTemperatureOptions extends GivenOptions<typeof dynamicTemperatureOptions> {}

type Guard = SettingsOf<typeof dynamicTemperatureOptions>['guard']

/**
 * Returns DTKD's temperatures as published: with x and y the largest logits of teacher and student in a row,
 *
 *     T_teacher = 2 x τ / (x + y)        T_student = 2 y τ / (x + y)
 *
 * Source: DTKD (arXiv 2404.12711), equations 3 to 5, which seek the δ for which u/(τ + δ) and v/(τ − δ) are equally
 * sharp. The authors' code takes signed maxima of the raw logits, without a guard, and lets the gradient flow through y
 * into both temperatures, as here; `detach()` them to stop it.
 *
 * The step from equation 4 to 5 is wrong, as an erratum of the authors says. The formula does not equalise sharpness;
 * it equalises the scaled maxima, x / T_teacher = y / T_student, and leaves a gap in sharpness of less than ln K
 * (`exactTemperatures` closes it). The temperatures sum to 2 τ. They do not change when the logits of both networks are
 * scaled together, but do change when a constant is added to them.
 *
 * T_student goes to 0 with the student's largest logit, and so does the loss: a student v that shrinks to c v has
 * L_DTKD ≈ c · 4 τ² y/x KL(softmax(u / 2 τ) ‖ softmax(v x / 2 τ y)), whatever classes it predicts. Attached
 * temperatures reward that, detached ones do not; the other terms of the loss and the warm-up counteract it.
 *
 * Two maxima of the same sign, positive or negative, give two temperatures in (0, 2 τ). With opposite signs one
 * temperature is negative, which inverts that softmax; x + y = 0 divides by zero; and a maximum of 0 gives temperature
 * 0. The guard determines what happens then:
 *
 * | guard | x and y | rows with a temperature below 2 · 10⁻⁶ τ, or undefined |
 * | --- | --- | --- |
 * | `'fallback'` | signed maxima | use (τ, τ); all other rows are bit for bit the formula's |
 * | `'clamp'` | signed maxima, at least 10⁻⁶ | are clamped to (1.9 τ, τ / 10); both maxima below 10⁻⁶: (τ, τ) |
 * | `'absolute'` | largest \|z\|, the norm in equation 4 | use (τ, τ): mostly rows of zeros |
 * | `'centre'` | maxima of centred rows, shift-invariant | use (τ, τ): mostly constant rows |
 * | `'none'` | signed maxima | keep the results of the authors' code: negative, infinite or undefined temperatures |
 *
 * `guarded` marks the rows of the last column: with `'clamp'` the rows that it changed, with `'none'` no row. Expects
 * logits [N, K] with K ≥ 2.
 */
export function dynamicTemperatures(
  studentLogits: Tensor,
  teacherLogits: Tensor,
  options: DynamicTemperatureOptions = {},
): Temperatures {
  const { referenceTemperature, guard } = resolveOptions(
    'dynamicTemperatures',
    dynamicTemperatureOptions,
    options,
  )
  checkLogits('dynamicTemperatures', studentLogits, teacherLogits)
  const { student, teacher, guarded } = guards[guard](studentLogits, teacherLogits)
  return {
    student: multiply(student, 2 * referenceTemperature),
    teacher: multiply(teacher, 2 * referenceTemperature),
    guarded,
  }
}

/** Each side's share of 2 τ; the two shares of a row sum to 1. */
type Shares = Temperatures

/** Both shares of a sound row exceed this; shares do not depend on the scale of the logits. */
const smallestShare = 1e-6

/** The lower bound of maxima with `'clamp'`. */
const smallestMaximum = 1e-6

/** The lower bound of shares with `'clamp'`. */
const smallestClampedShare = 0.05

const guards: Readonly<Record<Guard, (student: Tensor, teacher: Tensor) => Shares>> = {
  fallback: (student, teacher) => sharesOrHalves(largest(student), largest(teacher)),
  clamp: (student, teacher) => clampedShares(largest(student), largest(teacher)),
  absolute: (student, teacher) => sharesOrHalves(largest(abs(student)), largest(abs(teacher))),
  centre: (student, teacher) => sharesOrHalves(largest(centred(student)), largest(centred(teacher))),
  none: (student, teacher) => shares(largest(student), largest(teacher)),
}

function shares(y: Tensor, x: Tensor): Shares {
  const total = add(x, y)
  return { student: divide(y, total), teacher: divide(x, total), guarded: full(y.shape, 0, 'bool') }
}

/**
 * Returns the shares, or halves, that is (τ, τ), in rows where a share is too small, negative or undefined. There both
 * maxima are replaced by 1: replacing them rather than the quotients keeps the gradient of the broken quotient out.
 */
function sharesOrHalves(y: Tensor, x: Tensor): Shares {
  const { student, teacher } = shares(y, x)
  const sound = logicalAnd(greater(student, smallestShare), greater(teacher, smallestShare))
  return { ...shares(where(sound, y, 1), where(sound, x, 1)), guarded: logicalNot(sound) }
}

function clampedShares(y: Tensor, x: Tensor): Shares {
  const raised = { student: clamp(y, smallestMaximum), teacher: clamp(x, smallestMaximum) }
  const { student } = shares(raised.student, raised.teacher)
  const clamped = clamp(student, smallestClampedShare, 1 - smallestClampedShare)
  const raisedAny = logicalOr(notEqual(raised.student, y), notEqual(raised.teacher, x))
  return {
    student: clamped,
    teacher: subtract(1, clamped),
    guarded: logicalOr(raisedAny, notEqual(clamped, student)),
  }
}
