import { InvalidInputError } from '../errors.ts'

/** The same result; an error of the file system becomes a sentence about the path. */
export async function found<T>(path: string, result: Promise<T>): Promise<T> {
  return result.catch((error: NodeJS.ErrnoException) => {
    throw new InvalidInputError(
      error.code === 'ENOENT'
        ? `${path}: there is no such file or folder`
        : `${path}: cannot be read (${error.message})`,
    )
  })
}

/**
 * The same items, asked for when the first is read; an error on the way to them becomes this sentence, unless it is one
 * already.
 */
export async function* explained<T>(sentence: string, items: () => AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items()
  } catch (error) {
    if (error instanceof InvalidInputError) throw error
    throw new InvalidInputError(`${sentence} (${(error as Error).message})`)
  }
}
