import { InvalidInputError } from '../errors.ts'

/**
 * Returns the same result, but turns a file-system error into an `InvalidInputError` that names the path and has the error as
 * its cause.
 */
export async function found<T>(path: string, result: Promise<T>): Promise<T> {
  return result.catch((error: NodeJS.ErrnoException) => {
    throw new InvalidInputError(
      error.code === 'ENOENT'
        ? `${path}: there is no such file or folder`
        : `${path}: cannot be read (${error.message})`,
      { cause: error },
    )
  })
}

/**
 * Yields the same items, requested when the first is read. An error while reading becomes an `InvalidInputError` with this
 * sentence, unless it already is one.
 */
export async function* explained<T>(sentence: string, items: () => AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items()
  } catch (error) {
    if (error instanceof InvalidInputError) throw error
    throw new InvalidInputError(`${sentence} (${(error as Error).message})`)
  }
}
