import { aFunction, anObject, check, objectWith, recordOf, text } from '../base/arguments.ts'
import { demand, describe } from '../base/errors.ts'
import { suggestionFor } from '../base/suggestions.ts'
import type { Option, OptionValue } from './option.ts'

/** The options of a method by name. Options shared by several methods are spread into each. */
export type OptionRecord = Readonly<Record<string, Option>>

export const anOptionRecord = recordOf(
  objectWith('an option, such as option.number(1)', { expected: text, allows: aFunction }),
)

/** Values of options by name. */
export type Settings = Readonly<Record<string, OptionValue>>

/** A value for every option. */
export type SettingsOf<Options extends OptionRecord> = {
  readonly [Name in keyof Options]: Options[Name]['default']
}

/** Values for some of the options, as callers give them. */
export type GivenOptions<Options extends OptionRecord> = {
  [Name in keyof Options]?: Options[Name]['default'] | undefined
}

/**
 * Returns the given values with the defaults of all other options; `undefined` counts as not given. Throws
 * `InvalidInputError` for an unknown option and for a value that an option does not accept.
 */
export function resolveOptions<Options extends OptionRecord>(
  operation: string,
  options: Options,
  given: object,
): SettingsOf<Options> {
  demand(anObject.allows(given), () => `${operation}: expected an object of options, got ${describe(given)}`)
  const set = Object.entries(given).filter(([, value]) => value !== undefined)
  for (const [name, value] of set) {
    demand(
      Object.hasOwn(options, name),
      () => `${operation}: unknown option '${name}'; ${suggestionFor(name, Object.keys(options))}`,
    )
    check(operation, `option ${name}`, value, options[name])
  }
  const defaults = Object.entries(options).map(([name, option]) => [name, option.default])
  return Object.fromEntries([...defaults, ...set])
}

/** Returns the same options with other defaults. */
export function withDefaults<Options extends OptionRecord>(
  options: Options,
  given: GivenOptions<Options>,
): Options {
  check('withDefaults', 'options', options, anOptionRecord)
  const defaults = resolveOptions('withDefaults', options, given)
  const changed = Object.entries(options).map(([name, option]) => [
    name,
    { ...option, default: defaults[name] },
  ])
  return Object.fromEntries(changed)
}

/**
 * Scales option values from a training of `before` epochs to one of `epochs`: scaled epochs are multiplied by
 * `epochs / before`, all other values stay.
 */
export function scaleEpochs<Values extends object>(
  options: OptionRecord,
  values: Values,
  { epochs, before }: { readonly epochs: number; readonly before: number },
): Values {
  const scaled = Object.entries(values).map(([name, value]) => {
    const isScaled = Object.hasOwn(options, name) && options[name].unit === 'scaled epochs'
    return [name, isScaled && typeof value === 'number' ? (value * epochs) / before : value]
  })
  return Object.fromEntries(scaled)
}
