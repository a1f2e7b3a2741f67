import { InvalidInputError } from '../errors.ts'

/** Node's functions on files. Throws, naming the file that somebody wanted, in a page: there are none. */
export function fileSystem(path: string) {
  const files = globalThis.process?.getBuiltinModule?.('node:fs/promises')
  if (files !== undefined) return files
  throw new InvalidInputError(
    `${path}: a page has no files: fetch the bytes and give them to decodeSafetensors or readStored`,
  )
}
