import type { VectorNest } from './loopOperands.ts'

/** Threads per workgroup. */
export const groupSize = 64

/** Fewer threads do not occupy a GPU. */
const fewestThreads = 32768

/** A member of a team folds at least this many parts. */
const fewestParts = 8

/**
 * The threads of a loop: one for each index of the axes that are kept, or a team of several. The members of a team fold
 * a part each, and the first adds the parts up:
 *
 *     group of 64 threads    0 1 2 3   4 5 6 7   …  60 61 62 63
 *     team                   0 1 2 3   0 1 2 3       0  1  2  3      neighbouring teams read neighbouring memory
 *     member                 0 0 0 0   1 1 1 1      15 15 15 15
 */
export interface Teams {
  /** Axes of the nest: those with a thread for each index, and those that are folded, the one that members share first. */
  readonly kept: readonly number[]
  readonly folded: readonly number[]
  /** The number of teams. */
  readonly count: number
  readonly members: number
  /** Whether the members of a team are neighbours, because its parts are: otherwise the teams are. */
  readonly areMembersAdjacent: boolean
}

export function teamsOf({ lengths, folded: [fold] }: VectorNest): Teams {
  const axes = lengths.map((_, axis) => axis)
  const isFolded = (axis: number) => fold !== undefined && fold.strides[axis] === 0
  const kept = axes.filter((axis) => !isFolded(axis))
  const folded = axes.filter(isFolded).sort((a, b) => lengths[b] - lengths[a])
  const sizeAlong = (some: readonly number[]) => some.reduce((size, axis) => size * lengths[axis], 1)
  const count = sizeAlong(kept)
  const parts = sizeAlong(folded)
  const shared = folded.length === 0 ? 1 : lengths[folded[0]]
  // Of at least four teams in a group, if there are as many: they read neighbouring memory.
  const most = groupSize / (count >= 4 ? 4 : count >= 2 ? 2 : 1)
  let members = 1
  while (2 * members <= Math.min(most, shared, parts / fewestParts) && count * members < fewestThreads) {
    members *= 2
  }
  return { kept, folded, count, members, areMembersAdjacent: isFolded(axes.length - 1) }
}
