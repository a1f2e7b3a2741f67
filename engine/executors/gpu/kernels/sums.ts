import type { CallKernel } from '../../../plan/kernels.ts'
import { resultBlocks } from './elements.ts'
import type { KernelSource, KernelWriter, Target } from './writer.ts'

/**
 * The most consecutive additions: float32 rounds each of them, and long chains drift. A GPU has no wider type, so the sum of
 * a block is added to the sum of a block of blocks, and so on.
 */
export const longestChain = 16

/** Sums in registers, one for each element that a thread computes. */
export class Sums {
  readonly names: readonly string[]
  readonly #writer: KernelWriter

  constructor(writer: KernelWriter, width = 1) {
    this.#writer = writer
    this.names = Array.from({ length: width }, () => writer.name('s'))
    for (const name of this.names) writer.write(`let ${name}=0;`)
  }

  /** Adds products with a common factor. */
  addProduct(factor: string, other: (lane: number) => string): void {
    this.add((lane) => `${factor}*${other(lane)}`)
  }

  add(term: (lane: number) => string): void {
    this.names.forEach((name, lane) => {
      this.#writer.write(`${name}=${this.#writer.single(`${name}+${term(lane)}`)};`)
    })
  }

  /**
   * Adds the terms of a loop over 0 … length − 1, whose body adds at most `each` terms to the sums that it takes. Long loops
   * run in nested blocks, each with its own sums.
   */
  addLoop(length: number, each: number, body: (sums: Sums, counter: string) => void): void {
    if (length * each <= longestChain || length === 1) {
      this.#writer.loop(length, (counter) => body(this, counter))
      return
    }
    const block = blockOf(length, each)
    const addBlock = (first: string, size: number) => {
      const own = new Sums(this.#writer, this.names.length)
      own.addLoop(size, each, (sums, counter) => {
        body(sums, counter === '0' ? first : this.#writer.constant(`${first}+${counter}`, 'i'))
      })
      this.add((lane) => own.names[lane])
    }
    const whole = Math.floor(length / block)
    this.#writer.loop(whole, (counter) => {
      addBlock(block === 1 ? counter : this.#writer.constant(`${counter}*${block}`, 'i'), block)
    })
    if (length > whole * block) addBlock(String(whole * block), length - whole * block)
  }
}

/** Like `resultBlocks`, for elements that are sums: `accumulate` adds the terms of those that a thread computes. */
export function resultSums(
  call: CallKernel,
  target: Target,
  width: number,
  accumulate: (writer: KernelWriter, all: Sums, coordinates: readonly string[]) => void,
): KernelSource {
  return resultBlocks(call, target, width, (writer, coordinates) => {
    const all = new Sums(writer, width)
    accumulate(writer, all, coordinates)
    return all.names
  })
}

/** Returns the terms that a loop of `length` iterations adds to the enclosing sums. */
export function termsOf(length: number, each: number): number {
  const terms = length * each
  return terms <= longestChain ? terms : Math.ceil(length / blockOf(length, each))
}

/** Returns the iterations of a block: few enough for one chain, or a block of blocks if there were too many blocks. */
function blockOf(length: number, each: number): number {
  let block = Math.max(1, Math.floor(longestChain / each))
  while (length > block * longestChain) block *= longestChain
  return block
}
