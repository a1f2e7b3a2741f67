import { check, path as pathRule } from '../../base/arguments.ts'
import { InvalidInputError, tensor } from '../../engine/index.ts'
import { loadWeights, modelOfWeights, type Network, type StateDict } from '../../nn/index.ts'
import { networkRule } from '../../nn/models/network.ts'

/** Copies all weights, so that further training does not change them. */
export async function copyWeights(network: Network): Promise<StateDict> {
  const copies = new Map()
  for (const [name, weight] of network.stateDict()) {
    copies.set(name, tensor(await weight.data(), { shape: weight.shape, dtype: weight.dtype }))
  }
  return copies
}

/** Loads a network's weights from a file, see `loadWeights`. Throws, naming the file, if they do not fit. */
export async function restoreWeights(network: Network, path: string): Promise<void> {
  check('restoreWeights', 'network', network, networkRule)
  check('restoreWeights', 'path', path, pathRule)
  fitWeights(network, await loadWeights(path), path)
}

/** Loads weights that came from `source`. If they do not fit, the error names the source and every difference. */
export function fitWeights(network: Network, weights: StateDict, source: string): void {
  try {
    network.loadStateDict(weights)
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    const message = `${source}: ${error.message}${likely(network, weights)}`
    throw new InvalidInputError(message, { cause: error })
  }
}

/** A hint at the network that the weights seem to belong to, if it is a different one. */
function likely(network: Network, weights: StateDict): string {
  const [expected, found] = [network.stateDict(), weights].map(modelOfWeights)
  return found === undefined || found === expected
    ? ''
    : `; these seem to be the weights of ${found}${expected === undefined ? '' : `, not of ${expected}`}`
}
