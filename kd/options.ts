import { demand } from '../engine/errors.ts'
import { guardNames } from './dynamicTemperatures.ts'
import { temperatureGradients, temperatureRules } from './temperatureRule.ts'

/** What an option may be, where it is not a number ≥ 0. */
const rules: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  referenceTemperature: (value) => (isNumber(value) && value > 0 ? undefined : 'a finite number > 0'),
  temperatures: oneOf(temperatureRules),
  guard: oneOf(guardNames),
  gradients: oneOf(temperatureGradients),
}

/**
 * A loss's options: what was given over the defaults. Throws `InvalidInputError` for an option that the loss does not
 * have and for a value that it cannot have, naming both. `undefined` is "not given".
 */
export function resolveOptions<Options extends object>(
  method: string,
  defaults: Options,
  given: object,
): Options {
  const set = Object.entries(given).filter(([, value]) => value !== undefined)
  for (const [name, value] of set) {
    demand(
      Object.hasOwn(defaults, name),
      () =>
        `${method}: unknown option '${name}'; expected one of ${Object.keys(defaults).join(', ') || '(none)'}`,
    )
    const expected = (rules[name] ?? weight)(value)
    demand(
      expected === undefined,
      () =>
        `${method}: expected option ${name} to be ${expected}, got ${typeof value === 'string' ? `'${value}'` : value}`,
    )
  }
  return { ...defaults, ...Object.fromEntries(set) }
}

function weight(value: unknown): string | undefined {
  return isNumber(value) && value >= 0 ? undefined : 'a finite number ≥ 0'
}

function oneOf(names: readonly string[]): (value: unknown) => string | undefined {
  return (value) => (names.some((name) => name === value) ? undefined : `one of ${names.join(', ')}`)
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
