import { sizeOf } from '../../../shape.ts'
import type { Code } from '../assembler/encoding.ts'
import { f32, f32x4, f64, f64x2, i8x16, i32, memory, v128 } from '../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import { bytesPerElement, laneCount } from './lanes.ts'

/**
 * Accurate sums of any length in float32. Each addition rounds to the precision of the sum so far, so a long chain drifts:
 * ten million times 0.1 comes out 2 % short. Here no chain of float32 additions is longer than a block; the sum of a block
 * is added to a total in float64, and the total is rounded once. Shapes alone decide which additions form a block.
 */

/**
 * The most consecutive additions of a fold. A chain of n equal numbers, which all round the same way, loses up to
 * n/4 · 2⁻²⁴; other numbers lose less.
 */
export const longestChain = 32

/** The most products in one chain; longer sums run in blocks. Ending a block of a tile costs as much as a few products. */
export const longestProduct = 2048
const productBlock = 64

/** The nested loop that is cut into blocks, and the iterations of a block. */
export interface Cut {
  readonly depth: number
  readonly iterations: number
}

/**
 * Returns where to cut a fold through nested loops of these lengths, or undefined if it is short. Loops over different sums
 * count as length 1.
 */
export function cutOfFold(lengths: readonly number[]): Cut | undefined {
  return sizeOf(lengths) > longestChain ? cutInto(longestChain, lengths) : undefined
}

/** The same for sums of products. */
export function cutOfProduct(lengths: readonly number[]): Cut | undefined {
  return sizeOf(lengths) > longestProduct ? cutInto(productBlock, lengths) : undefined
}

/** Cuts into blocks of about equal length, of at most `longest` additions. */
function cutInto(longest: number, lengths: readonly number[]): Cut {
  let chain = 1
  let depth = lengths.length - 1
  while (chain * lengths[depth] <= longest) chain *= lengths[depth--]
  const blocks = Math.ceil(lengths[depth] / Math.floor(longest / chain))
  return { depth, iterations: Math.ceil(lengths[depth] / blocks) }
}

/** A total is as large as two elements. */
export const bytesPerTotal = 8

/** Moves lanes 2 and 3 to lanes 0 and 1. */
function high(vector: Code): Code {
  return i8x16.shuffle(vector, vector, [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15])
}

/** Four totals in two vectors. */
export class TotalLanes {
  readonly #builder: FunctionBuilder
  readonly #halves: readonly Local[]

  constructor(builder: FunctionBuilder) {
    this.#builder = builder
    this.#halves = [builder.local('v128'), builder.local('v128')]
  }

  clear(): void {
    for (const half of this.#halves) this.#builder.emit(half.set(v128.zero))
  }

  add(sums: Local): void {
    const parts = [sums.get, high(sums.get)]
    this.#halves.forEach((half, i) => {
      this.#builder.emit(half.set(f64x2.add(half.get, f64x2.promote_low_f32x4(parts[i]))))
    })
  }

  /** Adds up the four totals and rounds the sum; every lane of the result holds it. */
  across(): Code {
    const pair = this.#builder.local('v128')
    this.#builder.emit(pair.set(f64x2.add(this.#halves[0].get, this.#halves[1].get)))
    const total = f64.add(f64x2.extract_lane(pair.get, 0), f64x2.extract_lane(pair.get, 1))
    return f32x4.splat(f32.demote_f64(total))
  }
}

/** Adds four sums to the totals at `address + offset`. */
export function addToTotals(sums: Local, address: Code, offset = 0): Code {
  return [sums.get, high(sums.get)].map((pair, i) => {
    const at = offset + 2 * i * bytesPerTotal
    return v128.store(address, f64x2.add(v128.load(address, at), f64x2.promote_low_f32x4(pair)), at)
  })
}

/** Loads four totals from `address + offset` and rounds them. */
export function roundedTotals(address: Code, offset = 0): Code {
  const pair = (i: number) => f32x4.demote_f64x2_zero(v128.load(address, offset + 2 * i * bytesPerTotal))
  return i8x16.shuffle(pair(0), pair(1), [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23])
}

/** Sets `size` totals to 0. */
export function clearTotals(totals: Code, size: number): Code {
  return memory.fill(totals, i32.const(0), i32.const(size * bytesPerTotal))
}

/** Adds `size` contiguous sums to their totals, and clears the sums. */
export function moveIntoTotals(builder: FunctionBuilder, sums: Code, totals: Code, size: number): void {
  const vector = builder.local('v128')
  forVectors(builder, sums, totals, size, {
    four: (sum, total) => {
      builder.emit(vector.set(v128.load(sum)), addToTotals(vector, total), v128.store(sum, v128.zero))
    },
    one: (sum, total) => {
      builder.emit(
        f64.store(total, f64.add(f64.load(total), f64.promote_f32(f32.load(sum)))),
        f32.store(sum, f32.const(0)),
      )
    },
  })
}

/** Stores `size` totals, rounded to float32. */
export function roundTotals(builder: FunctionBuilder, totals: Code, results: Code, size: number): void {
  forVectors(builder, results, totals, size, {
    four: (result, total) => builder.emit(v128.store(result, roundedTotals(total))),
    one: (result, total) => builder.emit(f32.store(result, f32.demote_f64(f64.load(total)))),
  })
}

/** Loops over float32 numbers and their totals: four at a time, and the remainder one by one. */
function forVectors(
  builder: FunctionBuilder,
  numbers: Code,
  totals: Code,
  size: number,
  { four, one }: Record<'four' | 'one', (number: Code, total: Code) => void>,
): void {
  const [number, total] = [builder.local('i32'), builder.local('i32')]
  builder.emit(number.set(numbers), total.set(totals))
  const step = (count: number) => [
    number.set(i32.add(number.get, i32.const(count * bytesPerElement))),
    total.set(i32.add(total.get, i32.const(count * bytesPerTotal))),
  ]
  builder.loop(Math.floor(size / laneCount), 1, () => {
    four(number.get, total.get)
    builder.emit(...step(laneCount))
  })
  builder.loop(size % laneCount, 1, () => {
    one(number.get, total.get)
    builder.emit(...step(1))
  })
}
