import { sizeOf } from '../../../shape.ts'
import type { KernelWriter } from './writer.ts'

/** Up to here, a float32 divided by a length and rounded down is the right quotient, with a margin. */
const mostDivided = 2 ** 22

/** WebGPU runs at most 65535 workgroups of 8 threads along x or y. (GPU.js folds one dimension into two by itself.) */
const mostAlong = 65535 * 8

/** The threads for the elements of a shape, and the expressions of their coordinates along its axes. */
export interface Threads {
  readonly threads: readonly number[]
  readonly coordinates: readonly string[]
}

/**
 * Assigns a thread to each element of a shape, in row-major order. Few threads are arranged along one dimension, and each
 * divides its number by the lengths of the axes; many are arranged in two dimensions, x for the inner axes and y for the
 * outer ones, so that numbers stay small.
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
    throw new RangeError(`gpu: a result of ${size} elements needs more threads than WebGPU can run`)
  }
  return {
    threads: [sizeOf(inner), sizeOf(outer)],
    coordinates: [
      ...coordinatesAlong(writer, 'this.thread.y', outer),
      ...coordinatesAlong(writer, 'this.thread.x', inner),
    ],
  }
}

/** Returns the coordinates of element number `position` of a shape. */
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

/** A coordinate and its stride. */
export type Term = readonly [coordinate: string, stride: number]

/** offset + Σ coordinate · stride, in integers. Only inside the brackets of an access is it exact beyond 2²⁴. */
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
