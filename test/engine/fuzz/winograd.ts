import { indexAt, type Shape } from '../../../engine/shape.ts'
import type { Operand } from './operand.ts'

/** What a method may make of one result, whose numbers depend on more operands' elements than the definition's do. */
export interface Mixing {
  /** The magnitude beside which all elements of the result are rounded. */
  readonly scale: number
  /** Whether an infinity or NaN among the operands reaches an element: then any of these may be there. */
  readonly isReached: (position: number) => boolean
}

/** Of the value, and of the gradient by each operand. */
export interface Mixed {
  readonly value: Mixing
  readonly gradients: ReadonlyMap<Operand, Mixing>
}

/** Of a result that is computed directly. */
const direct: Mixing = { scale: 0, isReached: () => false }

/**
 * What Winograd's method may make of a convolution of stride 1 or 2, without groups, to an output of this shape; undefined
 * where it can compute no part of it. An infinity or NaN among the maps reaches the outputs of each tile that sees it, and all
 * taps of its channel's weights; one among the weights reaches all outputs of its filter, and all pixels of its channel.
 */
export function winogradMixed(
  x: Operand,
  weight: Operand,
  [top, left]: readonly [number, number],
  stride: 1 | 2,
  output: Shape,
): Mixed | undefined {
  const [filters, channels, ...kernel] = weight.shape
  const isFilter = [filters, channels].every((count) => count % 8 === 0) && kernel.every((taps) => taps === 3)
  const tileOf = ([, , ...size]: Shape) => [4, 2].find((tile) => size.every((length) => length % tile === 0))
  const tile = tileOf(output)
  const hasGradientPhases =
    top === 1 && left === 1 && [2, 3].every((axis) => x.shape[axis] === 2 * output[axis])
  const tileOfGradient = stride === 1 ? tileOf(x.shape) : hasGradientPhases ? tile : undefined
  if (!isFilter || (tile === undefined && tileOfGradient === undefined)) return undefined
  const [pixels, taps] = [nonFinitePlaces(x), nonFinitePlaces(weight)]
  const [largestPixel, largestTap, largestCotangent] = [largest(x), largest(weight), 2]
  const isSeen = (place: number, from: number) => {
    const first = stride * (from - (from % tile!))
    return place >= first && place < first + stride * (tile! - 1) + 3
  }
  const value: Mixing = {
    scale: 9 * channels * largestPixel * largestTap,
    isReached(position) {
      const [image, filter, row, column] = indexAt(position, output)
      return (
        taps.some(([of]) => of === filter) ||
        pixels.some(([of, , y, x]) => of === image && isSeen(y + top, row) && isSeen(x + left, column))
      )
    },
  }
  const byMaps: Mixing = {
    scale: 9 * filters * largestTap * largestCotangent,
    isReached(position) {
      const [, channel] = indexAt(position, x.shape)
      return taps.some(([, of]) => of === channel)
    },
  }
  const byWeight: Mixing = {
    scale: x.shape[0] * output[2] * output[3] * largestPixel * largestCotangent,
    isReached(position) {
      const [, channel] = indexAt(position, weight.shape)
      return pixels.some(([, of]) => of === channel)
    },
  }
  return {
    value: tile === undefined ? direct : value,
    gradients: new Map([
      [x, tileOfGradient === undefined ? direct : byMaps],
      [weight, tile === undefined ? direct : byWeight],
    ]),
  }
}

function nonFinitePlaces({ elements, shape }: Operand): number[][] {
  return Array.from(elements).flatMap((element, i) => (Number.isFinite(element) ? [] : [indexAt(i, shape)]))
}

function largest({ elements }: Operand): number {
  return Math.max(0, ...Array.from(elements, Math.abs).filter(Number.isFinite))
}
