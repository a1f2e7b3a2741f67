import { sizeOf } from '../../../shape.ts'
import type { KernelWriter } from './writer.ts'

/** Up to here a float32 divided by a length and rounded down is the right quotient, with room to spare. */
const mostDivided = 2 ** 22

/** WebGPU runs at most 65535 groups of 8 threads along x or y of a plane; along a line GPU.js folds them. */
const mostAlong = 65535 * 8

/** Which element of a box a thread is at: the number of threads, and a coordinate for each axis. */
export interface Threads {
  readonly threads: readonly number[]
  readonly coordinates: readonly string[]
}

/**
 * A thread for each element of a box, in row-major order. Few threads stand in a line, and each divides its number by
 * the lengths of the axes; many stand in a plane whose rows are the inner axes, so that no number grows large.
 */
export function spreadThreads(writer: KernelWriter, lengths: readonly number[]): Threads {
  const size = sizeOf(lengths)
  const longAxes = lengths.filter((length) => length > 1).length
  if (longAxes < 2 || size <= mostDivided) {
    return { threads: [size], coordinates: coordinatesAlong(writer, 'this.thread.x', lengths) }
  }
  let first = lengths.length
  while (first > 0 && sizeOf(lengths.slice(first - 1)) <= mostAlong) first--
  const [outer, inner] = [lengths.slice(0, first), lengths.slice(first)]
  if (inner.length === 0 || sizeOf(outer) > mostAlong) {
    throw new RangeError(`gpu: a result of ${size} elements does not fit in a plane of threads`)
  }
  return {
    threads: [sizeOf(inner), sizeOf(outer)],
    coordinates: [
      ...coordinatesAlong(writer, 'this.thread.y', outer),
      ...coordinatesAlong(writer, 'this.thread.x', inner),
    ],
  }
}

/** The coordinates of element number `position` of a box. */
function coordinatesAlong(writer: KernelWriter, position: string, lengths: readonly number[]): string[] {
  const coordinates = lengths.map(() => '0')
  let rest = position
  const long = lengths.flatMap((length, axis) => (length > 1 ? [axis] : []))
  for (const axis of long.slice(1).reverse()) {
    const quotient = writer.constant(`Math.floor((${rest}+0.5)/${lengths[axis]})`, 'q')
    coordinates[axis] = writer.constant(`${rest}-${quotient}*${lengths[axis]}`, 'c')
    rest = quotient
  }
  if (long.length > 0) coordinates[long[0]] = rest
  return coordinates
}

/** A coordinate and how far apart its neighbours lie. */
export type Term = readonly [coordinate: string, stride: number]

/** offset + Σ coordinate · stride, in integers: only written in brackets does it reach beyond 2²⁴. */
export function offsetOf(offset: number, terms: readonly Term[]): string {
  const products = terms.flatMap(([coordinate, stride]) => {
    if (stride === 0 || coordinate === '0') return []
    const size = Math.abs(stride)
    return [`${stride < 0 ? '-' : '+'}(${coordinate}|0)${size === 1 ? '' : `*${size}`}`]
  })
  if (products.length === 0) return String(offset)
  const sum = products.join('')
  return offset === 0 && sum.startsWith('+') ? sum.slice(1) : `${offset}${sum}`
}
