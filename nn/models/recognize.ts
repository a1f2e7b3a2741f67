import type { Shape } from '../../engine/index.ts'
import { Counter } from '../parameter.ts'
import type { StateDict } from '../stateDict.ts'
import type { Network } from './network.ts'

/**
 * Whether the weights have the network's names and shapes, for any number of image channels (axis 1 of the first
 * tensor) and classes (axis 0 of the last two). Counters, which old files lack, may be missing.
 */
export function belongTo(network: Network, weights: StateDict): boolean {
  const variables = network.namedVariables()
  const known = new Set(variables.map(([name]) => name))
  return (
    variables.every(
      ([name, variable], i) =>
        variable instanceof Counter ||
        areAlike(variable.shape, weights.get(name)?.shape, i === 0 ? 1 : i < variables.length - 2 ? -1 : 0),
    ) && [...weights.keys()].every((name) => known.has(name))
  )
}

/** Whether both shapes are equal, except along the axis `free`. */
function areAlike(expected: Shape, given: Shape | undefined, free: number): boolean {
  return (
    given?.length === expected.length &&
    expected.every((length, axis) => axis === free || length === given[axis])
  )
}
