import { InvalidInputError } from '../errors.ts'

/** Returns Node's file functions. In a page, which has none, throws an error that names the wanted file. */
export function fileSystem(path: string) {
  const files = globalThis.process?.getBuiltinModule?.('node:fs/promises')
  if (files !== undefined) return files
  throw new InvalidInputError(
    `${path}: a page has no file system; fetch the bytes and pass them to decodeSafetensors or readStored`,
  )
}
