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
  max,
  multiply,
  notEqual,
  subtract,
  type Tensor,
  where,
} from '../engine/index.ts'
import { centred } from './sharpness.ts'
import type { Temperatures } from './temperatures.ts'

/** Which maxima x and y the formula sees, and what becomes of rows where it breaks down. */
export type Guard = keyof typeof guards

export interface DynamicTemperatureOptions {
  /** τ, the mean of a sample's two temperatures. Default 4. */
  referenceTemperature?: number
  /** Default `'fallback'`. */
  guard?: Guard
}

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
 * Two maxima of one sign, both negative included, give two temperatures in (0, 2 τ). With opposite signs one
 * temperature is negative, which inverts that softmax; with x + y = 0 or a maximum of 0 there is nothing to divide
 * by. The guard says what happens then:
 *
 * | guard | maxima | a row whose temperatures leave (0, 2 τ) |
 * | --- | --- | --- |
 * | `'fallback'` | signed | uses (τ, τ); every other row has the formula's very bits |
 * | `'clamp'` | signed, raised to 10⁻⁶ where smaller | no temperature falls below τ / 10 or exceeds 1.9 τ |
 * | `'absolute'` | largest \|z\|, the norm that equation 4 names | only an all-zero row: (τ, τ) |
 * | `'centre'` | of rows less their mean, so shifts do not matter | only a constant row: (τ, τ) |
 * | `'none'` | signed | keeps what the authors' code gives: a negative, infinite or undefined temperature |
 *
 * `guarded` marks the rows of the last column (with `'clamp'`, the rows where it changed something; with `'none'`,
 * none). Expects logits [N, K].
 */
export function dynamicTemperatures(
  studentLogits: Tensor,
  teacherLogits: Tensor,
  { referenceTemperature = 4, guard = 'fallback' }: DynamicTemperatureOptions = {},
): Temperatures {
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

const guards = {
  fallback: (student: Tensor, teacher: Tensor) => sharesOrHalves(largest(student), largest(teacher)),
  clamp: (student: Tensor, teacher: Tensor) => clampedShares(largest(student), largest(teacher)),
  absolute: (student: Tensor, teacher: Tensor) =>
    sharesOrHalves(largest(abs(student)), largest(abs(teacher))),
  centre: (student: Tensor, teacher: Tensor) =>
    sharesOrHalves(largest(centred(student)), largest(centred(teacher))),
  none: (student: Tensor, teacher: Tensor) => shares(largest(student), largest(teacher)),
}

/** The names of the guards. */
export const guardNames = Object.keys(guards) as Guard[]

function largest(logits: Tensor): Tensor {
  return max(logits, -1, { keepDimensions: true })
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
