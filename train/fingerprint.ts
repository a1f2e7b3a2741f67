import { createHash } from 'node:crypto'
import { check } from '../base/arguments.ts'
import type { Split } from '../datasets/index.ts'
import type { Network } from '../nn/index.ts'
import { networkRule } from '../nn/models/network.ts'

/** Returns the SHA-256 of the names, types, shapes and elements of all weights, in hexadecimal. */
export async function fingerprintOf(network: Network): Promise<string> {
  check('fingerprintOf', 'network', network, networkRule)
  const hash = createHash('sha256')
  for (const [name, weight] of network.stateDict()) {
    const { buffer, byteOffset, byteLength } = await weight.data()
    hash.update(`${name} ${weight.dtype} ${weight.shape}\n`)
    hash.update(new Uint8Array(buffer, byteOffset, byteLength))
  }
  return hash.digest('hex')
}

/** Returns the SHA-256 of a split: stored pixels and their layout, labels, normalisation. */
export function fingerprintOfSplit({ images, labels, normalisation }: Split): string {
  const { data, shape, stride, offset } = images
  const hash = createHash('sha256')
  hash.update(`${JSON.stringify({ shape, stride, offset, normalisation })}\n`)
  return hash.update(data).update(labels).digest('hex')
}
