import { aFunction, checkFields, optional, text, truth } from '../base/arguments.ts'
import { demand, describe } from '../base/errors.ts'
import type { NamedDefinition } from './method.ts'
import { methods } from './methods/index.ts'
import { anOptionRecord, type GivenOptions, type OptionRecord } from './options.ts'

/** The names of thermograd's methods. */
export type MethodName = keyof typeof methods

/** The options of a method, given by its name or its definition. */
export type MethodOptions<Method> = Method extends MethodName
  ? GivenOptions<(typeof methods)[Method]['options']>
  : Method extends { readonly options: infer Options extends OptionRecord }
    ? GivenOptions<Options>
    : object

/** The type of a method's name: one of thermograd's if the method is given by name. */
export type NameOf<Method> = Method extends string ? MethodName : string

/** The names of all methods. */
export const distillerNames = Object.keys(methods) as MethodName[]

const rules = {
  name: text,
  description: text,
  paper: text,
  options: anOptionRecord,
  needsTeacher: optional(truth),
  needsFeatures: optional(truth),
  build: aFunction,
}

/**
 * Returns the definition of the named method, or the given custom definition after checking it. Throws
 * `InvalidInputError` for an unknown name or an invalid definition.
 */
export function definitionOf(method: string): NamedDefinition & { readonly name: MethodName }
export function definitionOf(method: string | NamedDefinition): NamedDefinition
export function definitionOf(method: string | NamedDefinition): NamedDefinition {
  if (typeof method === 'object' && method !== null) {
    checkFields('method', 'definition', method, rules)
    const { name, options } = method
    // A recipe lists the name of the method among its options.
    demand(!Object.hasOwn(options, 'name'), () => `method: ${name}: expected no option named 'name'`)
    return method
  }
  demand(
    isMethod(method),
    () => `method: expected one of ${distillerNames.join(', ')}, got ${describe(method)}`,
  )
  return { ...methods[method], name: method }
}

function isMethod(method: string): method is MethodName {
  return Object.hasOwn(methods, method)
}
