import { type Filtering, type Matrix, minimalFiltering, type OutputTile, toomCook } from './winograd.ts'

/** `forward` convolves maps with filters, `inputGradient` gradient maps with filters rotated by 180°. */
export type Pass = 'forward' | 'inputGradient'

/**
 * Winograd's method for 3×3 convolutions of stride 2. Along an axis, a filter meets even pixels of the input with its outer
 * taps and odd pixels with its middle one:
 *
 *     y_i = (g₀ d_2i + g₂ d_2i+2) + g₁ d_2i+1
 *
 * The first part is a convolution of stride 1 with two taps, for which F(m, 2) needs m + 1 multiplications instead of 2m.
 * The second needs m; all of them share one value of the filter. Along both axes, an m×m tile of the output takes
 * (2m + 1)² multiplications instead of 9m² (81 instead of 144 for m = 4), with (m + 2)² values of the filter:
 *
 *     y = Aᵀ [(S G g Gᵀ Sᵀ) ⊙ (Bᵀ d B)] A,   where S repeats the last value m times.
 *
 * In the gradient of the input, with a padding of 1, even pixels meet the middle tap only, and odd ones two neighbouring
 * pixels of the gradient; so there input and output change places:
 *
 *     x_2i = g₁ y_i      x_2i+1 = g₀ y_i + g₂ y_i+1      (g being rotated)
 */
export function polyphase(outputTile: OutputTile, pass: Pass): Filtering {
  const m = outputTile
  const twoTaps = toomCook(m, 2)
  const outer = twoTaps.filterTransform.map(([first, second]) => [first, 0, second])
  const shared = { outputTile, copies: [...twoTaps.filterTransform.map(() => 1), m] }
  const filterTransform = [...outer, [0, 1, 0]]
  if (pass === 'forward') {
    return {
      ...shared,
      filterTransform,
      inputTransform: [...spread(twoTaps.inputTransform, 0, 2 * m + 1), ...spread(identity(m), 1, 2 * m + 1)],
      outputTransform: twoTaps.outputTransform.map((row, i) => [...row, ...identity(m)[i]]),
      inputStep: 2 * m,
      outputStep: m,
    }
  }
  const zeros = twoTaps.inputTransform.map(() => 0)
  return {
    ...shared,
    filterTransform,
    inputTransform: [...twoTaps.inputTransform, ...identity(m).map((row) => [...row, 0])],
    outputTransform: twoTaps.outputTransform.flatMap((row, i) => [
      [...zeros, ...identity(m)[i]],
      [...row, ...identity(m)[i].map(() => 0)],
    ]),
    inputStep: m,
    outputStep: 2 * m,
  }
}

/** One of Winograd's methods for 3×3 filters. */
export interface Method {
  readonly outputTile: OutputTile
  readonly stride: 1 | 2
}

/** Returns the matrices of a method for one of the passes, which are the same with stride 1. */
export function filteringOf({ outputTile, stride }: Method, pass: Pass = 'forward'): Filtering {
  return stride === 1 ? minimalFiltering(outputTile) : polyphase(outputTile, pass)
}

function identity(size: number): Matrix {
  return Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => Number(i === j)))
}

/** Moves column i of a matrix to column first + 2i of a matrix with `columns` columns. */
function spread(matrix: Matrix, first: number, columns: number): Matrix {
  return matrix.map((row) => Array.from({ length: columns }, (_, j) => row[(j - first) / 2] ?? 0))
}
