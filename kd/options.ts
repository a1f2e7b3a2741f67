import { demand } from '../engine/errors.ts'

/** Options that are one name out of several. */
const choices = {
  temperatures: ['shared', 'published', 'exact'],
  guard: ['fallback', 'clamp', 'absolute', 'centre', 'none'],
  gradients: ['attached', 'detached'],
} as const

/** The names that an option may have. */
export type Choice<Option extends keyof typeof choices> = (typeof choices)[Option][number]

/**
 * Options over their defaults, `undefined` being "not given". Throws `InvalidInputError` for an option that there is
 * no default for and for a value that it cannot have, naming both: a name out of `choices`, a temperature > 0, and
 * any other number ≥ 0.
 */
export function resolveOptions<Options extends object>(
  operation: string,
  defaults: Options,
  given: object,
): Options {
  const set = Object.entries(given).filter(([, value]) => value !== undefined)
  for (const [name, value] of set) {
    demand(
      Object.hasOwn(defaults, name),
      () =>
        `${operation}: unknown option '${name}'; expected one of ${Object.keys(defaults).join(', ') || '(none)'}`,
    )
    const { valid, expected } = ruleOf(name, value)
    demand(
      valid,
      () =>
        `${operation}: expected option ${name} to be ${expected}, ` +
        `got ${typeof value === 'string' ? `'${value}'` : value}`,
    )
  }
  return { ...defaults, ...Object.fromEntries(set) }
}

function ruleOf(name: string, value: unknown): { valid: boolean; expected: string } {
  if (isChoice(name)) {
    const names: readonly unknown[] = choices[name]
    return { valid: names.includes(value), expected: `one of ${names.join(', ')}` }
  }
  const finite = typeof value === 'number' && Number.isFinite(value)
  return name === 'referenceTemperature'
    ? { valid: finite && value > 0, expected: 'a finite number > 0' }
    : { valid: finite && value >= 0, expected: 'a finite number ≥ 0' }
}

function isChoice(name: string): name is keyof typeof choices {
  return Object.hasOwn(choices, name)
}
