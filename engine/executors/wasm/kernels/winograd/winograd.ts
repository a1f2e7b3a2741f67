/** A method that replaces the multiplications of a 3×3 convolution by fewer ones of transformed inputs and filters. */
export interface Filtering {
  /** m: the size of an output tile, or of a gradient tile. */
  readonly outputTile: OutputTile
  /** How many multiplications along an axis share each value of the transformed filter. */
  readonly copies: readonly number[]
  /** Bᵀ */
  readonly inputTransform: Matrix
  /** G */
  readonly filterTransform: Matrix
  /** Aᵀ */
  readonly outputTransform: Matrix
  /** The pixels of the input, and of the output, from one tile to the next. */
  readonly inputStep: number
  readonly outputStep: number
}

/**
 * Winograd's minimal filtering F(m×m, 3×3) (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016):
 * computes an m×m tile y of the output from an (m + 2)×(m + 2) tile d of the input and a 3×3 filter g with (m + 2)²
 * multiplications instead of 9 m²:  y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A.
 */
export interface MinimalFiltering extends Filtering {
  /** m + 2: the size of an input tile. */
  readonly inputTile: number
  /** (m + 2)²: the elements of a transformed tile, and the number of matrix products that replace a convolution. */
  readonly planes: number
}

/** Larger tiles save more multiplications but round more, since the interpolation points grow. */
export type OutputTile = 2 | 4

export type Matrix = readonly (readonly number[])[]

/** Returns F(m×m, 3×3): F(m, 3) along both axes. */
export function minimalFiltering(outputTile: OutputTile): MinimalFiltering {
  const inputTile = outputTile + 2
  const matrices = toomCook(outputTile, 3)
  return {
    ...matrices,
    outputTile,
    inputTile,
    planes: inputTile ** 2,
    copies: matrices.filterTransform.map(() => 1),
    inputStep: outputTile,
    outputStep: outputTile,
  }
}

/** Interpolation points, as many as are needed; the last point is always ∞. */
const points = [0, 1, -1, 2, -2]

/**
 * Returns the matrices of F(outputs, taps), for one axis, by the Toom–Cook method. Filtering is the transpose of multiplying
 * polynomials with so many coefficients, which interpolation computes: evaluate both at outputs + taps − 2 points and ∞
 * (G and A), multiply, interpolate (B). The columns of B are the Lagrange polynomials Π (x − q) / (p − q) without their
 * denominators, which G includes.
 */
export function toomCook(
  outputs: number,
  taps: number,
): Pick<Filtering, 'inputTransform' | 'filterTransform' | 'outputTransform'> {
  const chosen = points.slice(0, outputs + taps - 2)
  const others = (point: number) => chosen.filter((other) => other !== point)
  const denominator = (point: number) => product(others(point).map((other) => point - other))
  const powers = (point: number, count: number) => Array.from({ length: count }, (_, i) => point ** i)
  const atInfinity = (count: number) => Array.from({ length: count }, (_, i) => Number(i === count - 1))
  return {
    inputTransform: [
      ...chosen.map((point) => [...polynomialWithRoots(others(point)), 0]),
      polynomialWithRoots(chosen),
    ],
    filterTransform: [
      ...chosen.map((point) => powers(point, taps).map((power) => power / denominator(point))),
      atInfinity(taps),
    ],
    outputTransform: transposed([...chosen.map((point) => powers(point, outputs)), atInfinity(outputs)]),
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
