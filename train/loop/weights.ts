import { check, path as pathRule } from '../../base/arguments.ts'
import { InvalidInputError, tensor } from '../../engine/index.ts'
import { loadWeights, modelOfWeights, type Network, type StateDict } from '../../nn/index.ts'
import { networkRule } from '../../nn/models/network.ts'

/** Copies of all weights, which further training does not change. */
export async function copyWeights(network: Network): Promise<StateDict> {
  const copies = new Map()
  for (const [name, weight] of network.stateDict()) {
    copies.set(name, tensor(await weight.data(), { shape: weight.shape, dtype: weight.dtype }))
  }
  return copies
}

/** Gives the network the weights in a file, as `loadWeights` reads them. Throws, naming it, where they do not fit. */
export async function restoreWeights(network: Network, path: string): Promise<void> {
  check('restoreWeights', 'network', network, networkRule)
  check('restoreWeights', 'path', path, pathRule)
  fitWeights(network, await loadWeights(path), path)
}

/** Gives the network weights that came from `source`. Throws, naming that and what differs, where they do not fit. */
export function fitWeights(network: Network, weights: StateDict, source: string): void {
  try {
    network.loadStateDict(weights)
  } catch (error) {
    if (error instanceof InvalidInputError)
      error.message = `${source}: ${error.message}${likely(network, weights)}`
    throw error
  }
}

/** Which network the weights seem to be of, where that is another one. */
function likely(network: Network, weights: StateDict): string {
  const [expected, found] = [network.stateDict(), weights].map(modelOfWeights)
  return found === undefined || found === expected
    ? ''
    : `; these seem to be the weights of ${found}${expected === undefined ? '' : `, not of ${expected}`}`
}
