import fc from 'fast-check'
import { RandomStream } from '../../base/random.ts'

/**
 * A row of logits before its number of classes is known: numbers for the first classes, which fast-check shrinks one by
 * one, and a rule for all others, so that a thousand classes cost little more than six.
 */
export interface DrawnRow {
  readonly head: readonly number[]
  readonly tail: Tail
  /** Largest magnitude of a logit. */
  readonly size: number
}

interface Tail {
  readonly kind: (typeof kinds)[number]
  readonly seed: number
}

/** The number of classes with logits that shrink one by one. */
export const headClasses = 6

/** For the position of a class before the number of classes is known, of which it is the remainder; shrinks to 0. */
export const position = fc.nat({ max: 0xffff })

/** All 0, all but one 0, whole numbers, or multiples of 1/1024, of which even a thousand seldom tie for the maximum. */
const kinds = ['zeros', 'one', 'integers', 'fractions'] as const

/** For one logit: integers and multiples of 1/64, exact in float32; shrinks to 0. */
export function logit({ size = 8 }: { size?: number | undefined } = {}): fc.Arbitrary<number> {
  return fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.integer({ min: -size, max: size }), weight: 2 },
    { arbitrary: fc.integer({ min: -64 * size, max: 64 * size }).map((count) => count / 64), weight: 3 },
  )
}

/** For rows of any number of classes; the tail shrinks towards zeros. */
export function drawnRow({ size = 8 }: { size?: number | undefined } = {}): fc.Arbitrary<DrawnRow> {
  return fc.record({
    head: fc.array(logit({ size }), { minLength: headClasses, maxLength: headClasses }),
    tail: fc.record({
      kind: fc.constantFrom(...kinds, 'fractions', 'fractions'),
      seed: fc.noShrink(fc.noBias(fc.nat())),
    }),
    size: fc.constant(size),
  })
}

/** Returns the logits of K classes, each a number of its own. */
export function rowOf({ head, tail, size }: DrawnRow, classes: number): number[] {
  if (classes <= head.length) return head.slice(0, classes)
  return [...head, ...tailOf(tail, classes - head.length, size)]
}

function tailOf({ kind, seed }: Tail, length: number, size: number): number[] {
  const stream = new RandomStream([seed, length])
  /** A multiple of 1/unit between −size and size. */
  const multiple = (unit: number) => (stream.bits() % (2 * size * unit + 1)) / unit - size
  switch (kind) {
    case 'zeros':
      return new Array<number>(length).fill(0)
    case 'one':
      return new Array<number>(length).fill(0).with(stream.integer(length), multiple(1))
    case 'integers':
      return Array.from({ length }, () => multiple(1))
    case 'fractions':
      return Array.from({ length }, () => multiple(1024))
  }
}
