import { z } from 'zod'
import { objectOf, oneOf } from '../../base/files/schemaMistakes.ts'
import { choicesOf, distiller, distillerNames, type MethodName, ruleOf } from '../../kd/index.ts'
import type { NamedMethod } from './runRecipe.ts'

/** Options of each of several methods, by the method's name. */
export const optionsByMethod = objectOf(
  Object.fromEntries(distillerNames.map((name) => [name, objectOf(optionsOf(name)).optional()])),
)

/** A method and options of it. */
export const methodWithOptions: z.ZodType<NamedMethod> = z.discriminatedUnion(
  'name',
  distillerNames.map((name) => objectOf({ name: z.literal(name), ...optionsOf(name) })) as [
    MethodSchema,
    ...MethodSchema[],
  ],
  {
    error: ({ code }) =>
      code === 'invalid_union'
        ? `one of ${distillerNames.join(', ')}`
        : 'a name and options, as { name: dtkd, alpha: 1 }',
  },
)

type MethodSchema = ReturnType<typeof objectOf<{ name: z.ZodLiteral<MethodName> }>>

type OptionSchema = z.ZodType<number | string>

function optionsOf(method: MethodName): Record<string, z.ZodOptional<OptionSchema>> {
  const options = Object.keys(distiller(method).options)
  return Object.fromEntries(options.map((option) => [option, schemaOf(option).optional()]))
}

/** What an option may be, as `kd` has it. */
export function schemaOf(option: string): OptionSchema {
  const choices = choicesOf(option)
  if (choices !== undefined) return oneOf(choices)
  const { expected, allows } = ruleOf(option)
  return z.number(expected).refine(allows, expected)
}
