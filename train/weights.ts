import { InvalidInputError, tensor } from '../engine/index.ts'
import { loadWeights, type Network, type StateDict } from '../nn/index.ts'

/** Copies of all weights, which further training does not change. */
export async function copyWeights(network: Network): Promise<StateDict> {
  const copies = new Map()
  for (const [name, weight] of network.stateDict()) {
    copies.set(name, tensor(await weight.data(), { shape: weight.shape }))
  }
  return copies
}

/** Gives the network the weights of a safetensors file. Throws, naming the file, where they do not fit. */
export async function restoreWeights(network: Network, path: string): Promise<void> {
  const weights = await loadWeights(path)
  try {
    network.loadStateDict(weights)
  } catch (error) {
    if (error instanceof InvalidInputError) error.message = `${path}: ${error.message}`
    throw error
  }
}
