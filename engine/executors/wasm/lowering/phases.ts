import type { Geometry } from '../../../operations/attributes.ts'
import type { OperationOf } from '../../../plan/graph.ts'
import type { Shape } from '../../../shape.ts'
import type { Inside } from '../kernels/inside.ts'

/** One phase of an input gradient along one axis: the pixels start, start + stride, … */
export interface Phase {
  readonly start: number
  readonly count: number
  /** The number of taps that these pixels see; in the rotated filter: firstTap, firstTap + tapStep, … */
  readonly taps: number
  readonly firstTap: number
  readonly tapStep: number
  /** The first gradient pixel that they see, the one after the last, and the distance between taps. */
  readonly first: number
  readonly end: number
  readonly dilation: number
}

/** Returns the part of what a phase reads that is not padding, or undefined if it reads no padding. */
export function insideOf([row, column]: readonly Phase[], [, , height, width]: Shape): Inside | undefined {
  if (Math.min(row.first, column.first) >= 0 && row.end <= height && column.end <= width) return undefined
  return [-row.first, height - row.first, -column.first, width - column.first]
}

/** Returns the phases along rows and along columns. */
export function bothPhases(
  { attributes, shape }: OperationOf<'conv2dInputGradient'>,
  weight: Shape,
): Phase[][] {
  return [0, 1].map((axis) => phasesOf(attributes, axis, weight[2 + axis], shape[2 + axis]))
}

/**
 * Pixel h sees tap r if (h + padding − r · dilation) / stride is a gradient pixel. For h = start + i · stride these taps
 * are r₀, r₀ + m, …, with m = stride / gcd(stride, dilation), and the t-th of them sees the pixel
 * constant + i − t · dilation / gcd.
 */
function phasesOf(
  { stride, padding, dilation }: Geometry,
  axis: number,
  kernel: number,
  length: number,
): Phase[] {
  const common = greatestDivisor(stride[axis], dilation[axis])
  const tapStep = stride[axis] / common
  return Array.from({ length: stride[axis] }, (_, start) => {
    const position = (tap: number) => (start + padding[axis] - tap * dilation[axis]) / stride[axis]
    const seen = Array.from({ length: kernel }, (_, tap) => tap).filter((tap) =>
      Number.isInteger(position(tap)),
    )
    const taps = seen.length
    const count = Math.max(0, Math.ceil((length - start) / stride[axis]))
    const first = taps === 0 ? 0 : position(seen[taps - 1])
    const end = taps === 0 ? 0 : position(seen[0]) + count
    const firstTap = taps === 0 ? 0 : kernel - 1 - seen[taps - 1]
    return { start, count, taps, firstTap, tapStep, first, end, dilation: dilation[axis] / common }
  })
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}
