import { z } from 'zod'
import { objectOf } from '../../base/files/schemaMistakes.ts'
import type { Registry } from '../../base/registry.ts'
import type { MethodDefinition, Option, OptionRecord, OptionValue } from '../../kd/index.ts'
import type { NamedMethod } from './runRecipe.ts'

/** Returns the schema of options for several methods, by method name. */
export function optionsByMethod(methods: Registry<MethodDefinition>) {
  return objectOf(
    Object.fromEntries(
      methods.definitions.map(({ name, options }) => [name, objectOf(schemasOf(options)).optional()]),
    ),
  )
}

/** Returns the schema of a method with options. */
export function methodWithOptions({
  definitions,
  names,
}: Registry<MethodDefinition>): z.ZodType<NamedMethod> {
  return z.discriminatedUnion(
    'name',
    definitions.map(({ name, options }) => objectOf({ name: z.literal(name), ...schemasOf(options) })) as [
      MethodSchema,
      ...MethodSchema[],
    ],
    {
      error: ({ code }) =>
        code === 'invalid_union'
          ? `one of ${names.join(', ')}`
          : 'a name and options, for example { name: dtkd, alpha: 1 }',
    },
  )
}

type MethodSchema = ReturnType<typeof objectOf<{ name: z.ZodLiteral<string> }>>

type OptionSchema = z.ZodType<OptionValue>

function schemasOf(record: OptionRecord): Record<string, z.ZodOptional<OptionSchema>> {
  return Object.fromEntries(
    Object.entries(record).map(([name, option]) => [name, schemaOf(option).optional()]),
  )
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
