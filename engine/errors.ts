/**
 * The caller gave something that cannot work: a shape, a file, an option. The message names the thing, what was
 * expected and what came. Every other error that escapes thermograd is a bug of ours.
 */
export class InvalidInputError extends Error {
  override name = 'InvalidInputError'
}

/** Throws an `InvalidInputError` with this message unless the condition holds. */
export function demand(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new InvalidInputError(message())
}
