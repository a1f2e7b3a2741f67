import {
  add,
  arange,
  type DType,
  divide,
  greater,
  logicalAnd,
  logicalNot,
  minimum,
  multiply,
  subtract,
  type Tensor,
  where,
} from '../../engine/index.ts'
import * as option from '../option.ts'
import { type GivenOptions, resolveOptions } from '../options.ts'
import { equallySharpShares } from './equalSharpness.ts'
import { centred, largest } from './sharpness.ts'
import { checkLogits, type Temperatures } from './temperatures.ts'

export const exactTemperatureOptions = {
  /** τ, the mean of a sample's two temperatures. Default 4. */
  referenceTemperature: option.number(4, { above: 0 }),
}

export interface ExactTemperatureOptions extends GivenOptions<typeof exactTemperatureOptions> {}

/**
 * Returns the temperatures τ + δ of the teacher and τ − δ of the student at which both are equally sharp: δ solves
 *
 *     f(δ) = S(u / (τ + δ)) − S(v / (τ − δ)) = 0        S(z) = ln Σᵢ exp(zᵢ),  u and v less their row means
 *
 * This is equation 3 of DTKD (arXiv 2404.12711); the formula of the paper and of the authors' code does not solve it
 * (see `dynamicTemperatures`). On centred rows f falls strictly from +∞ to −∞ on (−τ, τ) and has exactly one root. On
 * raw logits it can have three, and they depend on the constant added to the logits; rows are therefore centred first,
 * which changes no softmax. A constant row has sharpness ln K at every temperature, hence no root: its sample gets (τ,
 * τ) and is marked as guarded. So is a sample whose temperatures would overflow or underflow: one of its largest
 * centred logits, or the share of the smaller in their sum, is below 2⁻⁶⁰ in float32 or 2⁻⁵⁰⁰ in float64, or is not
 * finite.
 *
 * The solution has the full precision of the logits' type, whatever their scale, and is differentiable as the implicit
 * function δ(u, v), to the third order. Expects logits [N, K] with K ≥ 2.
 */
export function exactTemperatures(
  studentLogits: Tensor,
  teacherLogits: Tensor,
  options: ExactTemperatureOptions = {},
): Temperatures {
  const { referenceTemperature } = resolveOptions('exactTemperatures', exactTemperatureOptions, options)
  checkLogits('exactTemperatures', studentLogits, teacherLogits)
  const { dtype, shape } = studentLogits
  const rows = { student: centred(studentLogits), teacher: centred(teacherLogits) }
  const sizes = { student: largest(rows.student).detach(), teacher: largest(rows.teacher).detach() }
  const isSolved = isSolvable(sizes.student, sizes.teacher, dtype)
  // Stands in for unsolvable rows on both sides: any row that is not constant keeps the solver's values finite.
  const ramp = subtract(multiply(arange(shape[1]), 2 / (shape[1] - 1)), 1)
  const sizeOf = (side: 'student' | 'teacher') => where(isSolved, sizes[side], 1)
  const shapeOf = (side: 'student' | 'teacher') => divide(where(isSolved, rows[side], ramp), sizeOf(side))
  const shares = equallySharpShares(
    {
      shapes: { student: shapeOf('student'), teacher: shapeOf('teacher') },
      sizes: { student: sizeOf('student'), teacher: sizeOf('teacher') },
    },
    referenceTemperature,
  )
  const temperature = (share: Tensor) => multiply(where(isSolved, share, 0.5), 2 * referenceTemperature)
  return {
    student: temperature(shares.student),
    teacher: temperature(shares.teacher),
    guarded: logicalNot(isSolved),
  }
}

/**
 * Marks the rows that can be solved: the smaller of the largest centred logits, and its share in their sum, are large
 * enough that second derivatives neither overflow nor underflow.
 */
function isSolvable(student: Tensor, teacher: Tensor, dtype: DType): Tensor {
  const smallest = dtype === 'float64' ? 2 ** -500 : 2 ** -60
  const smaller = minimum(student, teacher)
  const share = divide(smaller, add(student, teacher))
  return logicalAnd(greater(smaller, smallest), greater(share, smallest))
}
