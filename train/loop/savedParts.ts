import type { Tensor } from '../../engine/index.ts'
import type { StateDict } from '../../nn/index.ts'
import type { Learner } from './step.ts'

/** The modules whose state changes in training; of the method, its connectors and memories. */
type Parts = Pick<Learner, 'network' | 'method' | 'optimizer'>

/** Returns the tensors of a checkpoint: those of each part, prefixed with its name, and the last good weights. */
export function savedParts({ network, method, optimizer }: Parts, goodWeights: StateDict): StateDict {
  return new Map<string, Tensor>([
    ...prefixed('network', network.stateDict()),
    ...prefixed('method', method.stateDict()),
    ...prefixed('optimizer', optimizer.stateDict()),
    ...prefixed('good', goodWeights),
  ])
}

/** Restores the parts from a checkpoint, and returns the last good weights. */
export async function restoreParts(
  tensors: StateDict,
  { network, method, optimizer }: Parts,
): Promise<StateDict> {
  network.loadStateDict(withPrefix('network', tensors))
  method.loadStateDict(withPrefix('method', tensors))
  await optimizer.loadStateDict(withPrefix('optimizer', tensors))
  return withPrefix('good', tensors)
}

export function prefixed(prefix: string, tensors: StateDict): [string, Tensor][] {
  return [...tensors].map(([name, tensor]) => [`${prefix}.${name}`, tensor])
}

function withPrefix(prefix: string, tensors: StateDict): StateDict {
  return new Map(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), tensor]] : [],
    ),
  )
}
