import type { Range, Rule } from '../base/arguments.ts'
import * as rules from '../base/arguments.ts'

export type OptionValue = number | string | boolean

/**
 * An option of a method: its type, default, accepted values and unit. The TypeScript types of a method's options, their
 * validation, `thermograd methods`, the schema of recipes and `--set` follow from it, and so does its scaling with the
 * length of training.
 */
export interface Option<Value extends OptionValue = OptionValue> extends Rule {
  readonly default: Value
  /** All values, if they can be listed. */
  readonly values?: readonly Value[]
  /** The range of a number that need not be an integer. */
  readonly range?: Range
  /**
   * `'scaled epochs'` refer to training of the published length and scale with the actual length; `'epochs'` do not.
   */
  readonly unit?: 'epochs' | 'scaled epochs'
}

/** A finite number, of any sign unless the range says otherwise. */
export function number(fallback: number, range: Range = {}): Option<number> {
  rules.checkOptions('option.number', range, rangeRules)
  return optionOf(fallback, rules.numberIn(range), { range })
}

const rangeRules: rules.Rules<Range> = {
  min: rules.finite,
  above: rules.finite,
  max: rules.finite,
  below: rules.finite,
}

/** An integer of at least `min`. */
export function integer(fallback: number, min: number): Option<number> {
  rules.check('option.integer', 'min', min, rules.seed)
  return optionOf(fallback, rules.whole(min))
}

/** One of several strings. */
export function oneOf<const Value extends string>(
  values: readonly Value[],
  fallback: NoInfer<Value>,
): Option<Value> {
  rules.check('option.oneOf', 'values', values, rules.arrayOf(rules.text))
  return optionOf<Value>(fallback, rules.oneOf(values), { values })
}

/** True or false. */
export function boolean(fallback: boolean): Option<boolean> {
  return optionOf(fallback, rules.truth, { values: [true, false] })
}

/**
 * A number of epochs that does not depend on the length of training, such as a warm-up: it covers the unstable first
 * steps, however many follow (`docs/results.md` shows DTKD with a shorter one).
 */
export function epochs(fallback: number): Option<number> {
  return { ...number(fallback, { min: 0 }), unit: 'epochs' }
}

/**
 * A number of epochs that scales with the length of training. The default refers to the published number of epochs, see
 * `distillerFor`; scaling may make it a fraction.
 */
export function scaledEpochs(fallback: number): Option<number> {
  return { ...number(fallback, { min: 0 }), unit: 'scaled epochs' }
}

function optionOf<Value extends OptionValue>(
  fallback: Value,
  rule: Rule,
  about: Pick<Option<Value>, 'values' | 'range'> = {},
): Option<Value> {
  rules.check('option', 'the default', fallback, rule)
  return { ...rule, ...about, default: fallback }
}
