import { describe, InvalidInputError } from './errors.ts'
import { suggestionFor } from './suggestions.ts'

/** The values that an argument or option may take: in words, as in "expected lr to be …", and as a predicate. */
export interface Rule {
  readonly expected: string
  allows(value: unknown): boolean
}

/** Throws an `InvalidInputError` that names the operation and the argument unless the rule allows the value. */
export function check(operation: string, name: string, value: unknown, rule: Rule): void {
  if (rule.allows(value)) return
  throw new InvalidInputError(`${operation}: expected ${name} to be ${rule.expected}, got ${describe(value)}`)
}

/** Some of these properties; `undefined` means "not given". */
export type Given<Properties> = { readonly [Name in keyof Properties]?: Properties[Name] | undefined }

/** A rule for every option. */
export type Rules<Options> = { readonly [Name in keyof Options]-?: Rule }

const none: readonly never[] = []

/**
 * Throws unless `given` is an object whose properties are all known options with allowed values; `undefined` counts as not
 * given, which those in `required` must be. The error for an unknown name suggests the nearest one.
 */
export function checkOptions<Options extends object>(
  operation: string,
  given: Options,
  rules: Rules<Options>,
  required: readonly (keyof Options & string)[] = none,
): void {
  if (typeof given !== 'object' || given === null || given instanceof Array) {
    const names = Object.keys(rules).join(', ')
    throw new InvalidInputError(
      `${operation}: expected an object with options { ${names} }, got ${describe(given)}`,
    )
  }
  const byName: { readonly [name: string]: Rule } = rules
  // Recording a step calls this thousands of times. `for…in` allocates no list, and visits inherited properties, which the
  // code that reads the options sees too.
  for (const name in given) {
    const value: unknown = given[name]
    if (value === undefined) continue
    if (!Object.hasOwn(byName, name)) {
      throw new InvalidInputError(
        `${operation}: unknown option '${name}'; ${suggestionFor(name, Object.keys(rules))}`,
      )
    }
    check(operation, name, value, byName[name])
  }
  for (const name of required) check(operation, name, given[name], rules[name])
}

/** Throws unless `given` is an object and the rules allow its properties of these names; it may have others. */
export function checkFields<Fields extends object>(
  operation: string,
  name: string,
  given: Fields,
  rules: Partial<Rules<Fields>>,
): void {
  check(operation, name, given, anObject)
  for (const field in rules) {
    const rule: Rule | undefined = rules[field]
    const value: unknown = given[field]
    if (rule && !rule.allows(value)) check(operation, `${name}.${field}`, value, rule)
  }
}

/** Throws unless `given` has exactly the properties that `rules` names, with allowed values. */
export function checkExactly<Fields extends object>(
  operation: string,
  name: string,
  given: Fields,
  rules: Rules<Fields>,
): void {
  checkFields(operation, name, given, rules)
  checkOptions(`${operation}: ${name}`, given, rules)
}

function numbers(expected: string, holds: (value: number) => boolean): Rule {
  return { expected, allows: (value) => typeof value === 'number' && holds(value) }
}

export const anyNumber = numbers('a number', () => true)
export const aNumber = numbers('a number that is not NaN', (value) => !Number.isNaN(value))
/** A range of finite numbers: `min` and `max` belong to it, `above` and `below` do not; either side may be open. */
export interface Range {
  readonly min?: number
  readonly above?: number
  readonly max?: number
  readonly below?: number
}

/** A finite number in a range. */
export function numberIn({ min, above, max, below }: Range): Rule {
  const least = min ?? above ?? Number.NEGATIVE_INFINITY
  const most = max ?? below ?? Number.POSITIVE_INFINITY
  const lower = least === Number.NEGATIVE_INFINITY ? '' : ` ${min === undefined ? '>' : '≥'} ${least}`
  const upper = most === Number.POSITIVE_INFINITY ? '' : ` ${max === undefined ? '<' : '≤'} ${most}`
  const isInterval = lower !== '' && upper !== ''
  const interval = `${min === undefined ? '(' : '['}${least}, ${most}${max === undefined ? ')' : ']'}`
  return numbers(
    isInterval ? `a number in ${interval}` : `a finite number${lower}${upper}`,
    (value) =>
      Number.isFinite(value) &&
      (min === undefined ? value > least : value >= least) &&
      (max === undefined ? value < most : value <= most),
  )
}

export const finite = numberIn({})
export const positive = numberIn({ above: 0 })
export const notNegative = numberIn({ min: 0 })
/** A probability, or a fraction that may be 1. */
export const probability = numberIn({ min: 0, max: 1 })
/** A fraction below 1, such as a momentum. */
export const share = numberIn({ min: 0, below: 1 })

/** An upper bound of counts: more of anything than memory holds. */
export const largestCount = 2 ** 32

/** A safe integer within bounds. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): Rule {
  const above = least === -most ? 'an integer' : `an integer ≥ ${least}`
  const expected =
    most === Number.MAX_SAFE_INTEGER
      ? above
      : most === largestCount
        ? `${above}, at most 2³²`
        : `${above}, at most ${most}`
  return numbers(expected, (value) => Number.isSafeInteger(value) && value >= least && value <= most)
}

export const count = whole(1, largestCount)
export const seed = whole(-Number.MAX_SAFE_INTEGER)

export const truth: Rule = { expected: 'true or false', allows: (value) => typeof value === 'boolean' }
export const text: Rule = { expected: 'a string', allows: (value) => typeof value === 'string' }
/** A path of a file or folder. */
export const path: Rule = {
  expected: 'a path',
  allows: (value) => typeof value === 'string' && value !== '' && !value.includes('\0'),
}

export const aFunction: Rule = { expected: 'a function', allows: (value) => typeof value === 'function' }
export const anObject: Rule = {
  expected: 'an object',
  allows: (value) => typeof value === 'object' && value !== null && !(value instanceof Array),
}

export function oneOf(names: readonly string[]): Rule {
  return { expected: `one of ${names.join(', ')}`, allows: (value) => names.includes(value as string) }
}

/** An instance of any of these classes. */
export function anInstance(
  expected: string,
  ...classes: readonly (abstract new (
    ...all: never
  ) => unknown)[]
): Rule {
  return { expected, allows: (value) => classes.some((each) => value instanceof each) }
}

export function either(...rules: readonly Rule[]): Rule {
  return {
    expected: rules.map(({ expected }) => expected).join(' or '),
    allows: (value) => rules.some((rule) => rule.allows(value)),
  }
}

/** An array whose items satisfy the rule. */
export function arrayOf(rule: Rule, length?: number): Rule {
  return {
    expected: `an array${length === undefined ? '' : ` of ${length}`}, each ${rule.expected}`,
    allows: (value) => {
      if (!(value instanceof Array) || (length !== undefined && value.length !== length)) return false
      for (let i = 0; i < value.length; i++) if (!rule.allows(value[i])) return false
      return true
    },
  }
}

/** A value that satisfies the rule, or `undefined`. */
export function optional(rule: Rule): Rule {
  return {
    expected: `${rule.expected}, or undefined`,
    allows: (value) => value === undefined || rule.allows(value),
  }
}

/** An object whose properties of these names satisfy the rules; it may have others. */
export function objectWith(expected: string, rules: { readonly [field: string]: Rule }): Rule {
  const fields = Object.entries(rules)
  return {
    expected,
    allows: (value) =>
      anObject.allows(value) &&
      fields.every(([field, rule]) => rule.allows(Reflect.get(value as object, field))),
  }
}

/** One value for both axes of an image, or `[height, width]`. */
export function pairOf(rule: Rule): Rule {
  const both = arrayOf(rule, 2)
  return {
    expected: `${rule.expected}, or a pair [height, width] of them`,
    allows: (value) => rule.allows(value) || both.allows(value),
  }
}

/** An object all of whose properties satisfy the rule. */
export function recordOf(rule: Rule): Rule {
  return {
    expected: `an object whose properties are each ${rule.expected}`,
    allows: (value) =>
      anObject.allows(value) && Object.values(value as object).every((each) => rule.allows(each)),
  }
}
