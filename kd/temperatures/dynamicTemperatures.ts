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
  /** What happens where the formula breaks down. Default `'fallback'`. */
  guard: option.oneOf(['fallback', 'clamp', 'absolute', 'centre', 'none'], 'fallback'),
}

export interface DynamicTemperatureOptions extends GivenOptions<typeof dynamicTemperatureOptions> {}

type Guard = SettingsOf<typeof dynamicTemperatureOptions>['guard']

/**
 * DTKD's temperatures as published: with x and y the largest logits of teacher and student in a row,
 *
 *     T_teacher = 2 x τ / (x + y)        T_student = 2 y τ / (x + y)
 *
 * Source: DTKD (arXiv 2404.12711), equations 3 to 5, which seek the δ for which u/(τ + δ) and v/(τ − δ) are equally
 * sharp. The authors' code takes signed maxima of the raw logits, without any guard, and lets the gradient flow
 * through y into both temperatures, as here; `detach()` them to stop it.
 *
 * What is true: the step from equation 4 to 5 is wrong, and the authors have said so in an erratum. The formula does
 * not make sharpnesses equal; it makes the scaled maxima equal, x / T_teacher = y / T_student, and so leaves a gap in
 * sharpness of less than ln K. (`exactTemperatures` closes it.) The temperatures sum to 2 τ, do not change when both
 * networks' logits are scaled together, but do change when a constant is added to them.
 *
 * T_student goes to 0 with the student's largest logit, and the loss with it: a student v that shrinks to c v has
 * L_DTKD ≈ c · 4 τ² y/x KL(softmax(u / 2 τ) ‖ softmax(v x / 2 τ y)), whatever it says of the classes. Attached temperatures
 * reward that, detached ones do not; what holds against it are the other terms of the loss and the warm-up.
 *
 * Two maxima of one sign, both negative included, give two temperatures in (0, 2 τ). With opposite signs one
 * temperature is negative, which inverts that softmax; with x + y = 0 there is nothing to divide by, and a maximum of
 * 0 has temperature 0. The guard says what happens then:
 *
 * | guard | x and y | rows with a temperature below 2 · 10⁻⁶ τ, or none |
 * | --- | --- | --- |
 * | `'fallback'` | signed maxima | use (τ, τ); all other rows have the formula's very bits |
 * | `'clamp'` | signed maxima, at least 10⁻⁶ | get (1.9 τ, τ / 10), beyond which nothing goes; both below 10⁻⁶: (τ, τ) |
 * | `'absolute'` | largest \|z\|, the norm that equation 4 names | use (τ, τ): mostly rows of zeros |
 * | `'centre'` | maxima of rows less their mean, free of shifts | use (τ, τ): mostly constant rows |
 * | `'none'` | signed maxima | keep what the authors' code gives: negative, infinite or undefined temperatures |
 *
 * `guarded` marks the rows of the last column; with `'clamp'` those that it changed, with `'none'` no row. Expects
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

/** Each side's part of 2 τ, the two parts of a row adding up to 1. */
type Shares = Temperatures

/** A row breaks down where a share is not above this; shares do not depend on the scale of the logits. */
const smallestShare = 1e-6

/** To what `'clamp'` raises a maximum, and the share below which it lets no temperature fall. */
const smallestMaximum = 1e-6
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
 * Where a share is too small, negative or undefined, both maxima are taken to be 1: halves, that is (τ, τ). Replacing
 * the maxima and not the quotients keeps the broken quotient, and its gradient, out of the result.
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
