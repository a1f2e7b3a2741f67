/**
 * Winograd's minimal filtering F(m×m, 3×3) (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016):
 * an m×m piece y of the output from a piece d of the input, as large and a frame of one pixel, and a 3×3 filter g with
 * (m + 2)² multiplications in place of 9 m²:  y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A.
 */
export interface MinimalFiltering {
  /** m: pixels of the output that one tile covers along an axis. */
  readonly outputTile: OutputTile
  /** m + 2: pixels of the input that it looks at. */
  readonly inputTile: number
  /** (m + 2)², the numbers of a transformed tile: as many matrix products replace a convolution. */
  readonly planes: number
  /** Bᵀ */
  readonly inputTransform: Matrix
  /** G */
  readonly filterTransform: Matrix
  /** Aᵀ */
  readonly outputTransform: Matrix
}

/** Larger tiles save more multiplications, and lose more digits: the points of interpolation grow. */
export type OutputTile = 2 | 4

export type Matrix = readonly (readonly number[])[]

/** Where polynomials are evaluated, as many as are needed; one more point is ∞. */
const points = [0, 1, -1, 2, -2]

/**
 * F(m×m, 3×3) by the method of Toom and Cook. Along an axis, filtering is the transpose of multiplying polynomials of 3
 * and m coefficients, and that goes by values: evaluate both at m + 1 points and ∞ (G and A), multiply, interpolate (B).
 * Lagrange's polynomials Π (x − q) / (p − q) are the columns of B, but for their denominators, which G takes.
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

/** The coefficients of Π (x − root), from that of x⁰ on. */
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
