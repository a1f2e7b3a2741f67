import { z } from 'zod'
import { describe, InvalidInputError } from '../errors.ts'
import { suggestionFor } from '../suggestions.ts'

/** A mistake in a value, and where it is. */
export interface Mistake {
  readonly path: readonly string[]
  /** Whether the last key of the path is unknown; otherwise its value is wrong or missing. */
  readonly isUnknownKey: boolean
  /** What was expected at the end of the path, and what came. */
  readonly sentence: string
}

/** Schema of an object with these keys and no others. */
export function objectOf<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: ({ code, keys }) =>
      code === 'unrecognized_keys'
        ? `unknown key; ${suggestionFor((keys as string[])[0], Object.keys(shape))}`
        : `the keys ${Object.keys(shape).join(', ')}`,
  })
}

/** Schema of an integer ≥ `least`. */
export function wholeFrom(least: number) {
  const expected = `an integer ≥ ${least}`
  return z.int(expected).min(least, expected)
}

export function numberFrom(least: number) {
  const expected = `a number ≥ ${least}`
  return z.number(expected).min(least, expected)
}

export function oneOf<const Names extends readonly string[]>(names: Names) {
  return z.enum(names, `one of ${names.join(', ')}`)
}

/**
 * Checks a value against a schema whose messages say what is expected, as those of the schemas above do. Returns the
 * schema's output, or the mistakes if the value does not fit.
 */
export function check<Schema extends z.ZodType>(
  value: unknown,
  schema: Schema,
): { fitting: z.output<Schema> } | { mistakes: Mistake[] } {
  const result = schema.safeParse(value)
  if (result.success) return { fitting: result.data }
  return { mistakes: result.error.issues.map((issue) => mistakeOf(issue, value)) }
}

/** Returns the schema's output for an argument of this name. Throws its first mistake; see `check`. */
export function demandFitting<Schema extends z.ZodType>(
  name: string,
  value: unknown,
  schema: Schema,
): z.output<Schema> {
  return demandCorrect(value, schema, (mistake) =>
    sentenceOf(mistake.path.length === 0 ? { ...mistake, path: [name] } : mistake),
  )
}

/** Like `demandFitting`, for a value in a file: the error begins with the location. */
export function demandFittingAt<Schema extends z.ZodType>(
  location: string,
  value: unknown,
  schema: Schema,
): z.output<Schema> {
  return demandCorrect(value, schema, (mistake) => `${location}: ${sentenceOf(mistake)}`)
}

function demandCorrect<Schema extends z.ZodType>(
  value: unknown,
  schema: Schema,
  message: (first: Mistake) => string,
): z.output<Schema> {
  const checked = check(value, schema)
  if ('fitting' in checked) return checked.fitting
  throw new InvalidInputError(message(checked.mistakes[0]))
}

/** `training.lr: expected a number, got 'fast'` */
export function sentenceOf({ path, sentence }: Mistake): string {
  return [path.join('.'), sentence].filter((part) => part !== '').join(': ')
}

function mistakeOf(issue: z.core.$ZodIssue, value: unknown): Mistake {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return { path: [...path, issue.keys[0]], isUnknownKey: true, sentence: issue.message }
  }
  const sentence = `expected ${issue.message}, got ${shown(valueAt(value, path))}`
  return { path, isUnknownKey: false, sentence }
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value)
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'keys with values' : describe(value)
}
