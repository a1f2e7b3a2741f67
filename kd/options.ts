import { demand } from '../engine/errors.ts'

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

/** What an option may be. */
export interface Rule {
  /** In words. */
  readonly expected: string
  allows(value: unknown): boolean
}

const isFinite = (value: unknown): value is number => Number.isFinite(value)
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value)

const positive: Rule = { expected: 'a finite number > 0', allows: (value) => isFinite(value) && value > 0 }
const atLeastZero: Rule = {
  expected: 'a finite number ≥ 0',
  allows: (value) => isFinite(value) && value >= 0,
}
const count: Rule = { expected: 'a whole number ≥ 1', allows: (value) => isWhole(value) && value >= 1 }
const share: Rule = {
  expected: 'a number in [0, 1)',
  allows: (value) => isFinite(value) && value >= 0 && value < 1,
}

/** What numbers may be, where that is not `atLeastZero`. */
const rules: Readonly<Record<string, Rule>> = {
  referenceTemperature: positive,
  temperature: positive,
  smallestTemperature: positive,
  power: { expected: 'a finite number ≥ 1', allows: (value) => isFinite(value) && value >= 1 },
  initialVariance: {
    expected: 'a finite number > 0.00001',
    allows: (value) => isFinite(value) && value > 1e-5,
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
  const set = Object.entries(given).filter(([, value]) => value !== undefined)
  for (const [name, value] of set) {
    demand(
      Object.hasOwn(defaults, name),
      () =>
        `${operation}: unknown option '${name}'; expected one of ${Object.keys(defaults).join(', ') || '(none)'}`,
    )
    const { expected, allows } = ruleOf(name)
    demand(
      allows(value),
      () =>
        `${operation}: expected option ${name} to be ${expected}, ` +
        `got ${typeof value === 'string' ? `'${value}'` : value}`,
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
