import { Registry } from '../base/registry.ts'
import type { MethodDefinition } from './defineMethod.ts'
import { builtInMethods } from './methods/index.ts'
import type { GivenOptions, OptionRecord } from './options.ts'

type BuiltIn = (typeof builtInMethods)[number]

/** The names of thermograd's methods. */
export type MethodName = BuiltIn['name']

/** The options of a method, given by its name or its definition. */
export type MethodOptions<Method> = Method extends MethodName
  ? GivenOptions<Extract<BuiltIn, { readonly name: Method }>['options']>
  : Method extends { readonly options: infer Options extends OptionRecord }
    ? GivenOptions<Options>
    : object

/** The type of a method's name: one of thermograd's if the method is given by name. */
export type NameOf<Method> = Method extends MethodDefinition<OptionRecord, infer Name> ? Name : MethodName

/** Thermograd's methods by name. */
export const methods = new Registry<MethodDefinition>('method', builtInMethods)

/** The names of thermograd's methods. */
export const distillerNames: readonly MethodName[] = builtInMethods.map(({ name }) => name)

/**
 * Returns the definition of the method of this name, or the given definition. Throws `InvalidInputError` for an unknown name,
 * and for anything but a result of `defineMethod`.
 */
export function definitionOf<Method extends string | MethodDefinition>(
  method: Method,
): MethodDefinition<OptionRecord, NameOf<Method>>
export function definitionOf(method: string | MethodDefinition): MethodDefinition {
  return methods.definitionOf(method)
}
