import { less, multiply, rsqrt, square, sum, type Tensor, where } from '../engine/index.ts'

/** Vectors with a squared length below this count as zero. */
const smallestSquare = 1e-24

/**
 * Divides the vectors along an axis by their Euclidean length. A zero vector stays zero and gets no gradient; PyTorch's
 * `torch.nn.functional.normalize` would multiply its gradient by 10¹².
 */
export function normalised(x: Tensor, axis: number): Tensor {
  const squares = sum(square(x), axis, { keepDimensions: true })
  const isZero = less(squares, smallestSquare)
  return where(isZero, 0, multiply(x, rsqrt(where(isZero, 1, squares))))
}
