import { createHash } from 'node:crypto'
import type { Network } from '../nn/index.ts'

/** SHA-256 over the names, shapes and elements of all weights, in hexadecimal: equal for equal trainings. */
export async function fingerprintOf(network: Network): Promise<string> {
  const hash = createHash('sha256')
  for (const [name, weight] of network.stateDict()) {
    const { buffer, byteOffset, byteLength } = await weight.data()
    hash.update(`${name} ${weight.dtype} ${weight.shape}\n`)
    hash.update(new Uint8Array(buffer, byteOffset, byteLength))
  }
  return hash.digest('hex')
}
