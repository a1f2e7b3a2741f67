/**
 * Winograd's minimal filtering F(m×m, 3×3) (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016):
 * computes an m×m tile y of the output from an (m + 2)×(m + 2) tile d of the input and a 3×3 filter g with (m + 2)²
 * multiplications instead of 9 m²:  y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A.
 */
export interface MinimalFiltering {
  /** m: the size of an output tile. */
  readonly outputTile: OutputTile
  /** m + 2: the size of an input tile. */
  readonly inputTile: number
  /** (m + 2)²: the elements of a transformed tile, and the number of matrix products that replace a convolution. */
  readonly planes: number
  /** Bᵀ */
  readonly inputTransform: Matrix
  /** G */
  readonly filterTransform: Matrix
  /** Aᵀ */
  readonly outputTransform: Matrix
}

/** Larger tiles save more multiplications but round more, since the interpolation points grow. */
export type OutputTile = 2 | 4

export type Matrix = readonly (readonly number[])[]

/** Interpolation points, as many as are needed; the last point is always ∞. */
const points = [0, 1, -1, 2, -2]

/**
 * Returns F(m×m, 3×3) by the Toom–Cook method. Along an axis, filtering is the transpose of multiplying polynomials of 3
 * and m coefficients, which interpolation computes: evaluate both at m + 1 points and ∞ (G and A), multiply, interpolate
 * (B). The columns of B are the Lagrange polynomials Π (x − q) / (p − q) without their denominators, which G includes.
 */
export function minimalFiltering(outputTile: OutputTile): MinimalFiltering {
  const inputTile = outputTile + 2
  const chosen = points.slice(0, outputTile + 1)
  const others = (point: number) => chosen.filter((other) => other !== point)
  const denominator = (point: number) => product(others(point).map((other) => point - other))
  const powers = (point: number, count: number) => Array.from({ length: count }, (_, i) => point ** i)
  const atInfinity = (count: number) => Array.from({ length: count }, (_, i) => Number(i === count - 1))
  return {
    outputTile,
    inputTile,
    planes: inputTile ** 2,
    inputTransform: [
      ...chosen.map((point) => [...polynomialWithRoots(others(point)), 0]),
      polynomialWithRoots(chosen),
    ],
    filterTransform: [
      ...chosen.map((point) => powers(point, 3).map((power) => power / denominator(point))),
      atInfinity(3),
    ],
    outputTransform: transposed([
      ...chosen.map((point) => powers(point, outputTile)),
      atInfinity(outputTile),
    ]),
  }
}

function product(factors: readonly number[]): number {
  return factors.reduce((result, factor) => result * factor, 1)
}

/** Returns the coefficients of Π (x − root), the constant term first. */
function polynomialWithRoots(roots: readonly number[]): number[] {
  let coefficients = [1]
  for (const root of roots) {
    const shifted = [0, ...coefficients]
    coefficients = shifted.map((coefficient, i) => coefficient - root * (coefficients[i] ?? 0))
  }
  return coefficients
}

export function transposed(matrix: Matrix): Matrix {
  return matrix[0].map((_, column) => matrix.map((row) => row[column]))
}
