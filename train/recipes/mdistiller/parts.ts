import { z } from 'zod'
import { objectOf, oneOf } from '../../../base/files/schemaMistakes.ts'
import { definitionOf, type MethodName, type MethodOptions } from '../../../kd/index.ts'
import { schemaOf } from '../methodOptions.ts'
import type { Options } from '../runRecipe.ts'

/** Schema of a value in a configuration, which converts it to options of a method. */
export type Part = z.ZodType<Options, unknown>

/** The value of one option of a method. */
export function option<Method extends MethodName>(
  method: Method,
  name: keyof MethodOptions<Method> & string,
): Part {
  return schemaOf(definitionOf(method).options[name]).transform((value) => ({ [name]: value }))
}

/** An option whose values have other names in mdistiller; maps their names to ours. */
export function choice(name: string, values: Readonly<Record<string, string>>): Part {
  return oneOf(Object.keys(values)).transform((value) => ({ [name]: values[value] }))
}

/** Like `choice`, for a boolean in mdistiller. */
export function flag(name: string, ifTrue: string, ifFalse: string): Part {
  return z.boolean('true or false').transform((value) => ({ [name]: value ? ifTrue : ifFalse }))
}

/** A value that must be the one that thermograd supports. */
export function only(value: string | number | boolean): Part {
  return z.literal(value, `${value}, the only value that thermograd supports`).transform(() => ({}))
}

/** A value that does not affect the result, or that the networks determine. */
export const ignored: Part = z.unknown().transform(() => ({}))

/** An object of optional parts; merges their options. */
export function partsOf(parts: Readonly<Record<string, Part>>): Part {
  const optional = Object.entries(parts).map(([key, part]) => [key, part.optional()] as const)
  return objectOf(Object.fromEntries(optional)).transform((given) =>
    Object.assign({}, ...Object.values(given)),
  )
}
