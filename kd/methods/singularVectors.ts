import { check, count as positiveCount } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import {
  abs,
  arange,
  argmax,
  cast,
  concatenate,
  equal,
  flatten,
  gather,
  less,
  matmul,
  multiply,
  reshape,
  sign,
  sqrt,
  square,
  subtract,
  sum,
  type Tensor,
  transpose,
  where,
} from '../../engine/index.ts'
import { format } from '../../engine/shape.ts'
import { checkTensors } from '../../nn/arguments.ts'
import { normalised } from '../normalised.ts'

/** The largest singular values, [B, count], and their right singular vectors as columns [B, D, count]. */
export interface SingularVectors {
  readonly values: Tensor
  readonly vectors: Tensor
}

/**
 * Returns the largest singular values of matrices [B, M, D] and their right singular vectors: `count` of them, or
 * min(M, D) if that is fewer. The largest entry of a vector is positive (`torch.svd` leaves the sign undefined). Beyond
 * the rank of a matrix, values and vectors are 0.
 *
 * The vectors are eigenvectors of XᵀX, or of the smaller XXᵀ, found sequentially by power iteration with deflation: the
 * matrix is squared until only its largest eigenvector remains, which is then subtracted. Differentiation follows from
 * these steps and, unlike the usual gradient of an SVD, never divides by differences of eigenvalues: if two are close,
 * the result is a mixture of their vectors, with the finite gradient of that mixture.
 */
export function singularVectors(matrices: Tensor, count: number): SingularVectors {
  check('singularVectors', 'count', count, positiveCount)
  checkTensors('singularVectors', { matrices }, 3)
  const [, rows, columns] = matrices.shape
  demand(
    rows > 0 && columns > 0,
    () => `singularVectors: expected matrices [B, M, D] with M, D ≥ 1, got ${format(matrices.shape)}`,
  )
  const turned = transpose(matrices)
  if (rows >= columns) return leadingEigenvectors(matmul(turned, matrices), Math.min(count, columns))
  const { values, vectors } = leadingEigenvectors(matmul(matrices, turned), Math.min(count, rows))
  const turnedBack = normalised(matmul(turned, vectors), 1)
  const peak = argmax(abs(turnedBack), 1, { keepDimensions: true })
  return { values, vectors: multiply(turnedBack, sign(gather(turnedBack, 1, peak)).detach()) }
}

/** These leave (0.9)¹²⁸, about 10⁻⁶, of the vector of an eigenvalue that is 0.9 times the largest. */
const squarings = 7

/** A deflated matrix whose norm is below this fraction of the original's is rounding noise. */
const smallestPart = 1e-6

/**
 * Returns the square roots of the largest eigenvalues of positive semidefinite matrices [B, D, D], and their vectors.
 */
function leadingEigenvectors(matrices: Tensor, count: number): SingularVectors {
  const limit = multiply(sizeOf(matrices), smallestPart)
  const found: { value: Tensor; vector: Tensor }[] = []
  let rest = matrices
  for (let i = 0; i < count; i++) {
    const vector = leadingEigenvector(rest)
    const value = matmul(matmul(transpose(vector), rest), vector)
    found.push({ value, vector })
    const without = subtract(rest, multiply(value, matmul(vector, transpose(vector))))
    rest = where(less(sizeOf(without), limit), 0, without)
  }
  const values = reshape(
    concatenate(
      found.map(({ value }) => value),
      2,
    ),
    [-1, count],
  )
  const isZero = less(values, 1e-30)
  return {
    values: where(isZero, 0, sqrt(where(isZero, 1, values))),
    vectors: concatenate(
      found.map(({ vector }) => vector),
      2,
    ),
  }
}

/**
 * Returns columns [B, D, 1]. After many squarings every column of a matrix is a multiple of its leading eigenvector.
 */
function leadingEigenvector(matrices: Tensor): Tensor {
  const [, size] = matrices.shape
  let power = scaled(matrices)
  for (let i = 0; i < squarings; i++) power = scaled(matmul(power, power))
  const isDiagonal = equal(reshape(arange(size), [-1, 1]), arange(size))
  const diagonal = sum(multiply(power, cast(isDiagonal, power.dtype)), 1, { keepDimensions: true })
  return normalised(gather(power, 2, argmax(diagonal, 2, { keepDimensions: true })), 1)
}

/** Divides matrices by their Frobenius norms. */
function scaled(matrices: Tensor): Tensor {
  return reshape(normalised(flatten(matrices, 1), 1), matrices.shape)
}

/** Returns the Frobenius norms as [B, 1, 1], without gradient. */
function sizeOf(matrices: Tensor): Tensor {
  return sqrt(sum(square(matrices.detach()), [1, 2], { keepDimensions: true }))
}
