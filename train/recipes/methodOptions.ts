import { z } from 'zod'
import { objectOf } from '../../base/files/schemaMistakes.ts'
import {
  definitionOf,
  distillerNames,
  type MethodName,
  type Option,
  type OptionValue,
} from '../../kd/index.ts'
import type { NamedMethod } from './runRecipe.ts'

/** Schema of options for several methods, by method name. */
export const optionsByMethod = objectOf(
  Object.fromEntries(distillerNames.map((name) => [name, objectOf(optionsOf(name)).optional()])),
)

/** Schema of a method with options. */
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
        : 'a name and options, for example { name: dtkd, alpha: 1 }',
  },
)

type MethodSchema = ReturnType<typeof objectOf<{ name: z.ZodLiteral<MethodName> }>>

type OptionSchema = z.ZodType<OptionValue>

function optionsOf(method: MethodName): Record<string, z.ZodOptional<OptionSchema>> {
  const options = Object.entries(definitionOf(method).options)
  return Object.fromEntries(options.map(([name, option]) => [name, schemaOf(option).optional()]))
}

/** Returns the schema of an option's values. Its default and range help editors. */
export function schemaOf(option: Option): OptionSchema {
  const { expected, values, range: { min, above, max, below } = {} } = option
  const about = {
    default: option.default,
    minimum: min,
    exclusiveMinimum: above,
    maximum: max,
    exclusiveMaximum: below,
  }
  const schema = values ? z.literal(values, expected) : z.number(expected).refine(option.allows, expected)
  return schema.meta(about)
}
