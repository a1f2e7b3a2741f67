import { notNegative as atLeastZero, positive, type Rule, share, whole } from '../base/arguments.ts'
import { demand, describe } from '../base/errors.ts'
import { suggestionFor } from '../base/suggestions.ts'

/** Options with their values. */
export type Settings = Readonly<Record<string, number | string>>

/** Options that are one name out of several. */
const choices = {
  temperatures: ['shared', 'published', 'exact'],
  guard: ['fallback', 'clamp', 'absolute', 'centre', 'none'],
  gradients: ['attached', 'detached'],
  logits: ['raw', 'standardised', 'standardised-sample'],
  distance: ['squared', 'norm'],
  self: ['included', 'excluded'],
  variances: ['trained', 'fixed'],
  positive: ['exact', 'relaxed'],
  studentMaps: ['activated', 'preactivated'],
  teacherStatistics: ['batch', 'running'],
  matrix: ['channels', 'width'],
} as const

/** The names that an option may have. */
export type Choice<Option extends keyof typeof choices> = (typeof choices)[Option][number]

/** The values that an option out of `choices` may have; undefined for numbers. */
export function choicesOf(option: string): readonly string[] | undefined {
  return isChoice(option) ? choices[option] : undefined
}

export type { Rule } from '../base/arguments.ts'

const count = whole(1)

/** What numbers may be, where that is not `atLeastZero`. */
const rules: Readonly<Record<string, Rule>> = {
  referenceTemperature: positive,
  temperature: positive,
  smallestTemperature: positive,
  power: { expected: 'a finite number ≥ 1', allows: (value) => positive.allows(value) && Number(value) >= 1 },
  initialVariance: {
    expected: 'a finite number > 0.00001',
    allows: (value) => positive.allows(value) && Number(value) > 1e-5,
  },
  dimensions: count,
  negatives: count,
  vectors: count,
  momentum: share,
}

/**
 * Options over their defaults, `undefined` being "not given". Throws `InvalidInputError` for an option that there is
 * no default for and for a value that it cannot have, naming both.
 */
export function resolveOptions<Options extends object>(
  operation: string,
  defaults: Options,
  given: object,
): Options {
  demand(
    typeof given === 'object' && given !== null && !(given instanceof Array),
    () => `${operation}: expected an object of options, got ${describe(given)}`,
  )
  const set = Object.entries(given).filter(([, value]) => value !== undefined)
  for (const [name, value] of set) {
    demand(
      Object.hasOwn(defaults, name),
      () => `${operation}: unknown option '${name}'; ${suggestionFor(name, Object.keys(defaults))}`,
    )
    const { expected, allows } = ruleOf(name)
    demand(
      allows(value),
      () => `${operation}: expected option ${name} to be ${expected}, ` + `got ${describe(value)}`,
    )
  }
  return { ...defaults, ...Object.fromEntries(set) }
}

/** What the option of this name may be, whatever the method. */
export function ruleOf(name: string): Rule {
  if (!isChoice(name)) return Object.hasOwn(rules, name) ? rules[name] : atLeastZero
  const names: readonly unknown[] = choices[name]
  return { expected: `one of ${names.join(', ')}`, allows: (value) => names.includes(value) }
}

function isChoice(name: string): name is keyof typeof choices {
  return Object.hasOwn(choices, name)
}
