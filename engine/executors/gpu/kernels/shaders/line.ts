import type { WindowAxis } from '../window.ts'
import type { ShaderWriter } from './shader.ts'

/**
 * What neighbouring lanes along an axis see through the taps of a kernel. Many positions are seen by several lanes, each
 * through another tap: eight lanes and three taps of stride 1 see ten.
 *
 *     seen    0 1 2 3 4 5 6 7 8 9
 *             └─┼─┘         └─┼─┘
 *     lanes     0 1 2 3 4 5 6 7
 */
export interface Line {
  /** Distances of the positions from the first. */
  readonly distances: readonly number[]
  /** Which position, by its number in `distances`, a lane sees through a tap. */
  readonly sights: readonly Sight[]
  /** The position at distance 0 is first lane · times / over − minus. */
  readonly origin: { readonly times: number; readonly over: number; readonly minus: number }
}

export interface Sight {
  readonly lane: number
  readonly tap: number
  readonly seen: number
}

/** The inputs that neighbouring outputs of a convolution see. */
export function windowsOf({ taps, stride, padding, dilation }: WindowAxis, lanes: number): Line {
  return {
    ...sightsOf(lanes, taps, (lane, tap) => lane * stride + tap * dilation),
    origin: { times: stride, over: 1, minus: padding },
  }
}

/**
 * The outputs of a convolution that neighbouring inputs are seen by: of a stride of 2, each tap by every second one. The
 * stride must divide the number of lanes.
 */
export function readersOf({ taps, stride, padding, dilation }: WindowAxis, lanes: number): Line {
  return {
    ...sightsOf(lanes, taps, (lane, tap) => (lane + padding - tap * dilation) / stride),
    origin: { times: 1, over: stride, minus: 0 },
  }
}

/** Collects the whole distances. */
function sightsOf(lanes: number, taps: number, distanceOf: (lane: number, tap: number) => number) {
  const pairs = Array.from({ length: lanes * taps }, (_, i) => ({
    lane: i % lanes,
    tap: Math.floor(i / lanes),
  }))
  const whole = pairs.filter(({ lane, tap }) => Number.isInteger(distanceOf(lane, tap)))
  const distances = [...new Set(whole.map(({ lane, tap }) => distanceOf(lane, tap)))].sort((a, b) => a - b)
  const sights = whole.map(({ lane, tap }) => ({ lane, tap, seen: distances.indexOf(distanceOf(lane, tap)) }))
  return { distances, sights }
}

/** A position, and the conditions that it exists. */
export interface Position {
  readonly position: string
  readonly inside: readonly string[]
}

/** The positions of a line, whose first lane is `first` and at most `last`, on an axis of this length. */
export function positionsOf(
  writer: ShaderWriter,
  { distances, origin: { times, over, minus } }: Line,
  { first, last, length }: { readonly first: string; readonly last: number; readonly length: number },
): Position[] {
  const origin = writer.constant(`(${first})*${times}/${over}-${minus}`, 'p')
  const highest = (last * times) / over - minus
  return distances.map((distance) => {
    const position = `${origin}+${distance}`
    const above = distance < minus ? [`${position} >= 0`] : []
    const below = highest + distance >= length ? [`${position} < ${length}`] : []
    return { position, inside: [...above, ...below] }
  })
}
