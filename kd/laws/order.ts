import fc from 'fast-check'
import { RandomStream } from '../../base/random.ts'
import { position } from './drawnRow.ts'

/** A permutation before the number of classes is known: an exchange of two, or a cycle through all. */
export type Order = { readonly exchange: readonly [number, number] } | { readonly cycle: number }

/** For permutations, most of which move every class; shrinks to an exchange of the first two. */
export const order: fc.Arbitrary<Order> = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: fc.record({ exchange: fc.tuple(position, position) }), weight: 1 },
  { arbitrary: fc.record({ cycle: fc.noShrink(fc.noBias(fc.nat())) }), weight: 3 },
)

/** Returns the permutation of K indices. A cycle leaves none of them in place (Sattolo's algorithm). */
export function orderOf(drawn: Order, classes: number): number[] {
  const indices = Array.from({ length: classes }, (_, i) => i)
  if (classes < 2) return indices
  if ('exchange' in drawn) {
    const [first, distance] = drawn.exchange
    const one = first % classes
    return exchanged(indices, one, (one + 1 + (distance % (classes - 1))) % classes)
  }
  const stream = new RandomStream([drawn.cycle, classes])
  for (let last = classes - 1; last > 0; last--) {
    const other = stream.integer(last)
    const moved = indices[last]
    indices[last] = indices[other]
    indices[other] = moved
  }
  return indices
}

function exchanged(indices: readonly number[], one: number, other: number): number[] {
  return indices.with(one, indices[other]).with(other, indices[one])
}
