/**
 * Bad input from the caller: a shape, a file, an option. The message names it, what was expected and what came. Any other
 * error that escapes thermograd is a bug in thermograd.
 */
export class InvalidInputError extends Error {
  override name = 'InvalidInputError'
}

/** Throws an `InvalidInputError` with this message unless the condition holds. */
export function demand(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new InvalidInputError(message())
}

/** Length of the longest text that a message quotes, in characters. */
const quoted = 60

/** Describes any value for a message: briefly, and without running code that belongs to the value. */
export function describe(value: unknown): string {
  const text = write(value, 2)
  return text.length > quoted ? `${text.slice(0, quoted)}…` : text
}

function write(value: unknown, depth: number): string {
  if (typeof value === 'string') return `'${value.slice(0, quoted)}'`
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Array) {
    if (depth === 0) return '[…]'
    return `[${Array.from(value.slice(0, quoted), (item) => write(item, depth - 1)).join(', ')}]`
  }
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
  if (typeof name !== 'string' || name === '' || name === 'Object') return 'an object'
  return `${/^[AEIOU]/i.test(name) ? 'an' : 'a'} ${name}`
}
