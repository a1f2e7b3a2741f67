import { sizeOf } from '../../../shape.ts'
import type { Code } from '../assembler/encoding.ts'
import { f32, f32x4, f64, f64x2, i8x16, i32, memory, v128 } from '../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import { bytesPerElement, laneCount } from './lanes.ts'

/**
 * Sums of any length in float32. Each addition rounds to the precision of the sum so far, so a long chain of them drifts:
 * ten million times 0.1 come out 2 % short. Here no chain of float32 additions is longer than a block; what a block has
 * summed is added to a total in float64, and the total is rounded once. Which additions form a block follows from shapes.
 */

/**
 * The most additions in a row of a fold. Of n equal numbers, which all round the same way, a chain loses up to n/4 · 2⁻²⁴;
 * of other numbers it loses less.
 */
export const longestChain = 32

/** Up to so many products are one chain; of more, each block. Ending a block of a tile takes the time of some products. */
export const longestProduct = 2048
const productBlock = 64

/** Which of some nested loops ends blocks, and after how many of its turns each time. */
export interface Cut {
  readonly depth: number
  readonly turns: number
}

/**
 * Where to cut what is folded through nested loops of these lengths, if that is long. Loops that walk from sum to sum count
 * as of length 1.
 */
export function cutOfFold(lengths: readonly number[]): Cut | undefined {
  return sizeOf(lengths) > longestChain ? cutInto(longestChain, lengths) : undefined
}

/** The same for products. */
export function cutOfProduct(lengths: readonly number[]): Cut | undefined {
  return sizeOf(lengths) > longestProduct ? cutInto(productBlock, lengths) : undefined
}

/** The cut into blocks of about equal length, at most `longest` additions each. */
function cutInto(longest: number, lengths: readonly number[]): Cut {
  let chain = 1
  let depth = lengths.length - 1
  while (chain * lengths[depth] <= longest) chain *= lengths[depth--]
  const blocks = Math.ceil(lengths[depth] / Math.floor(longest / chain))
  return { depth, turns: Math.ceil(lengths[depth] / blocks) }
}

/** A total takes the place of two elements. */
export const bytesPerTotal = 8

/** The last two of four numbers, as the first two. */
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

  /** The four totals added up and rounded, in every lane. */
  across(): Code {
    const pair = this.#builder.local('v128')
    this.#builder.emit(pair.set(f64x2.add(this.#halves[0].get, this.#halves[1].get)))
    const total = f64.add(f64x2.extract_lane(pair.get, 0), f64x2.extract_lane(pair.get, 1))
    return f32x4.splat(f32.demote_f64(total))
  }
}

/** Adds four sums to the totals at an address. */
export function addToTotals(sums: Local, address: Code, offset = 0): Code {
  return [sums.get, high(sums.get)].map((pair, i) => {
    const place = offset + 2 * i * bytesPerTotal
    return v128.store(address, f64x2.add(v128.load(address, place), f64x2.promote_low_f32x4(pair)), place)
  })
}

/** The four totals at an address, rounded. */
export function roundedTotals(address: Code, offset = 0): Code {
  const pair = (i: number) => f32x4.demote_f64x2_zero(v128.load(address, offset + 2 * i * bytesPerTotal))
  return i8x16.shuffle(pair(0), pair(1), [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23])
}

/** Sets so many totals to 0. */
export function clearTotals(totals: Code, size: number): Code {
  return memory.fill(totals, i32.const(0), i32.const(size * bytesPerTotal))
}

/** Moves the sums of a block into their totals: adds `size` neighbours to those, and clears them. */
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

/** Writes `size` totals, rounded. */
export function roundTotals(builder: FunctionBuilder, totals: Code, results: Code, size: number): void {
  forVectors(builder, results, totals, size, {
    four: (result, total) => builder.emit(v128.store(result, roundedTotals(total))),
    one: (result, total) => builder.emit(f32.store(result, f32.demote_f64(f64.load(total)))),
  })
}

/** Walks through float32 numbers and their totals: four at a time, and the rest one by one. */
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
