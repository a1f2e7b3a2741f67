import { InvalidInputError } from '../engine/errors.ts'
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts'
import type { StateDict } from './stateDict.ts'
import { writeFileAtomically } from './writeFile.ts'

/** Saves tensors, such as `network.stateDict()`, as a safetensors file, whole or not at all. */
export async function saveWeights(
  path: string,
  tensors: StateDict,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFileAtomically(path, await encodeSafetensors(tensors, metadata))
}

/** The tensors of a safetensors file, for `loadStateDict`. Throws where there is none or it is damaged. */
export async function loadWeights(path: string): Promise<StateDict> {
  return decodeSafetensors(await readWeights(path), path).tensors
}

async function readWeights(path: string): Promise<Uint8Array> {
  const { readFile } = await import('node:fs/promises')
  try {
    return await readFile(path)
  } catch (error) {
    throw new InvalidInputError(`${path}: cannot read weights: ${(error as Error).message}`)
  }
}
