import {
  add,
  divide,
  mean,
  multiply,
  reshape,
  slice,
  square,
  subtract,
  sum,
  type Tensor,
} from '../../engine/index.ts'

const keepDimensions = true

/**
 * Returns mean and biased variance of each channel of maps [N, C, H, W], both [1, C, 1, 1], from one pass over the maps.
 * For each image and channel, with d the differences to one of its m pixels, which keeps the squares small:
 *
 *     mean₁ = x₀ + Σ d / m        squares₁ = Σ d² − (Σ d)² / m
 *
 * The images have equally many pixels, so that over all of them (Chan, Golub and LeVeque 1983, "Algorithms for computing
 * the sample variance")
 *
 *     mean = Σ mean₁ / N          variance = (Σ squares₁ + m Σ (mean₁ − mean)²) / (N m)
 *
 * A mean far from 0 costs no precision; a first pixel far from the mean does: the relative error of the variance grows with
 * 1 + (x₀ − mean)² / variance.
 */
export function moments(x: Tensor): { mean: Tensor; variance: Tensor } {
  const [images, channels, height, width] = x.shape
  const pixels = height * width
  const lists = reshape(x, [images, channels, pixels])
  const first = slice(lists, null, null, [0, 1])
  const differences = subtract(lists, first)
  const total = sum(differences, 2, { keepDimensions })
  const ofSquares = sum(square(differences), 2, { keepDimensions })
  const means = add(first, divide(total, pixels))
  const squares = subtract(ofSquares, divide(square(total), pixels))
  const overall = mean(means, 0, { keepDimensions })
  const between = multiply(square(subtract(means, overall)), pixels)
  const variance = divide(mean(add(squares, between), 0, { keepDimensions }), pixels)
  return { mean: reshape(overall, [1, channels, 1, 1]), variance: reshape(variance, [1, channels, 1, 1]) }
}
