/**
 * Counter-based random numbers: Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2,
 * 3", SC 2011). Each number is a pure function of a key and a counter, so a stream is identified by its key and cannot
 * be changed by earlier draws elsewhere.
 */

import { arrayOf, check, either, finite, seed as seedRule, text, whole } from './arguments.ts'

/** Two 32-bit words that identify a stream. */
export type Key = readonly [number, number]

/** @internal Rotation of each round, and the parity word of the key schedule. */
export const rotations = [13, 15, 26, 6, 17, 29, 16, 24]
export const parity = 0x1bd11bda

/** Encrypts the counter (c0, c1) under the key. Returns two unsigned 32-bit words. */
export function threefry2x32(key: Key, c0: number, c1: number): [number, number] {
  let k0 = key[0] | 0
  let k1 = key[1] | 0
  let k2 = k0 ^ k1 ^ parity
  let x0 = (c0 + k0) | 0
  let x1 = (c1 + k1) | 0
  for (let injection = 1; injection <= 5; injection++) {
    const first = injection % 2 === 1 ? 0 : 4
    for (let round = first; round < first + 4; round++) {
      const rotation = rotations[round]
      x0 = (x0 + x1) | 0
      x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0
    }
    x0 = (x0 + k1) | 0
    x1 = (x1 + k2 + injection) | 0
    const next = k0
    k0 = k1
    k1 = k2
    k2 = next
  }
  return [x0 >>> 0, x1 >>> 0]
}

const pathRule = arrayOf(either(text, finite))
const keyRule = arrayOf(finite, 2)
const lengthRule = whole(0, 2 ** 31)
const boundRule = whole(1, 2 ** 32)

/**
 * Returns the key of the stream that a seed and a path of names and indices identify, for example
 * `streamKey(seed, 'augmentation', epoch, index)`. Different paths give independent streams.
 */
export function streamKey(seed: number, ...path: (string | number)[]): Key {
  check('streamKey', 'seed', seed, seedRule)
  check('streamKey', 'path', path, pathRule)
  let key: Key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0]
  for (const step of path) {
    // A number and its decimal text must give different keys, so each type has its own first counter word.
    if (typeof step === 'number') key = threefry2x32(key, 1, step | 0)
    else for (const character of `${step}\0`) key = threefry2x32(key, 2, character.codePointAt(0)!)
  }
  return key
}

/** A sequential stream of random numbers on the host. */
export class RandomStream {
  readonly key: Key
  #counter = 0

  constructor(key: Key) {
    check('RandomStream', 'key', key, keyRule)
    this.key = key
  }

  /** Returns an unsigned 32-bit integer. */
  bits(): number {
    return threefry2x32(this.key, this.#counter++, 0)[0]
  }

  /** Returns a number in [0, 1) with 24 random bits, exact in float32. */
  uniform(): number {
    return (this.bits() >>> 8) / 2 ** 24
  }

  /** Returns a standard normal variate (Box–Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform())
  }

  /** Returns an unbiased integer in [0, bound): rejects values that would favour small remainders. */
  integer(bound: number): number {
    check('RandomStream.integer', 'bound', bound, boundRule)
    const limit = 2 ** 32 - (2 ** 32 % bound)
    let bits = this.bits()
    while (bits >= limit) bits = this.bits()
    return bits % bound
  }

  /** Returns a random permutation of 0 … length − 1 (Fisher–Yates). */
  permutation(length: number): Int32Array {
    check('RandomStream.permutation', 'length', length, lengthRule)
    const order = Int32Array.from({ length }, (_, index) => index)
    for (let last = length - 1; last > 0; last--) {
      const other = this.integer(last + 1)
      const moved = order[last]
      order[last] = order[other]
      order[other] = moved
    }
    return order
  }
}
