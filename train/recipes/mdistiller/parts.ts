import { z } from 'zod'
import { objectOf, oneOf } from '../../../base/files/schemaMistakes.ts'
import { definitionOf, type MethodName, type MethodOptions } from '../../../kd/index.ts'
import { schemaOf } from '../methodOptions.ts'
import type { Options } from '../runRecipe.ts'

/** What may stand at a place of a configuration, and which options it comes to. */
export type Part = z.ZodType<Options, unknown>

/** The value of an option of a method of ours. */
export function option<Method extends MethodName>(
  method: Method,
  name: keyof MethodOptions<Method> & string,
): Part {
  return schemaOf(definitionOf(method).options[name]).transform((value) => ({ [name]: value }))
}

/** An option whose values have other names there: theirs and ours. */
export function choice(name: string, values: Readonly<Record<string, string>>): Part {
  return oneOf(Object.keys(values)).transform((value) => ({ [name]: values[value] }))
}

/** The same for one that is true or false there. */
export function flag(name: string, ifTrue: string, ifFalse: string): Part {
  return z.boolean('true or false').transform((value) => ({ [name]: value ? ifTrue : ifFalse }))
}

/** The only value that we have code for. */
export function only(value: string | number | boolean): Part {
  return z.literal(value, `${value}, the only value that thermograd knows`).transform(() => ({}))
}

/** A value that does not change what is computed, or that follows from the networks. */
export const ignored: Part = z.unknown().transform(() => ({}))

/** An object of parts, of which a configuration may leave any out: the options of all together. */
export function partsOf(parts: Readonly<Record<string, Part>>): Part {
  const optional = Object.entries(parts).map(([key, part]) => [key, part.optional()] as const)
  return objectOf(Object.fromEntries(optional)).transform((given) =>
    Object.assign({}, ...Object.values(given)),
  )
}
