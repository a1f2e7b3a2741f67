import { type Kernel, valuesRead, valuesWritten } from './kernels.ts'

/** The lifetime of a value: from the kernel of its first use to that of its last, both included. */
export interface Lifetime {
  readonly from: number
  readonly to: number
}

/** Returns the lifetimes of the values that the kernels use. */
export function lifetimesOf(kernels: readonly Kernel[]): Map<number, Lifetime> {
  const lifetimes = new Map<number, { from: number; to: number }>()
  kernels.forEach((kernel, time) => {
    for (const value of [...valuesRead(kernel), ...valuesWritten(kernel)]) {
      const lifetime = lifetimes.get(value)
      if (lifetime === undefined) lifetimes.set(value, { from: time, to: time })
      else lifetime.to = time
    }
  })
  return lifetimes
}

/** A block of memory with a lifetime. */
export interface Block extends Lifetime {
  readonly bytes: number
}

/** Blocks start at multiples of a cache line. */
const alignment = 64

/** Returns the bytes that a block occupies. */
export function alignedBytes(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment
}

export interface Arena {
  /** The offset of each block. */
  readonly offsets: readonly number[]
  readonly bytes: number
}

/**
 * Assigns offsets so that blocks with overlapping lifetimes do not overlap in memory: the largest block first, each at the
 * lowest offset where it fits.
 */
export function layOutArena(blocks: readonly Block[]): Arena {
  const offsets = new Array<number>(blocks.length).fill(0)
  const placed: (Lifetime & { readonly start: number; readonly end: number })[] = []
  let total = 0
  const largestFirst = blocks.map((_, i) => i).sort((a, b) => blocks[b].bytes - blocks[a].bytes || a - b)
  for (const index of largestFirst) {
    const { from, to, bytes } = blocks[index]
    const size = alignedBytes(bytes)
    let start = 0
    // `placed` is sorted by start, so the first gap that is large enough is the lowest.
    for (const other of placed) {
      if (other.from > to || other.to < from) continue
      if (other.start >= start + size) break
      start = Math.max(start, other.end)
    }
    offsets[index] = start
    placed.splice(firstBeyond(placed, start), 0, { start, end: start + size, from, to })
    total = Math.max(total, start + size)
  }
  return { offsets, bytes: total }
}

/** Returns how many of these blocks, sorted by start, start at an offset or before it. */
function firstBeyond(placed: readonly { readonly start: number }[], offset: number): number {
  let [low, high] = [0, placed.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (placed[middle].start > offset) high = middle
    else low = middle + 1
  }
  return low
}
