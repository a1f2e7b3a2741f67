import type { Range, Rule } from '../base/arguments.ts'
import * as rules from '../base/arguments.ts'

export type OptionValue = number | string | boolean

/**
 * All there is to know of one option of a method: its type, its default, the values it accepts and its unit. The types of
 * a method's options, their check, `thermograd methods`, the schema of recipes and `--set` follow from it, and so does
 * what becomes of the option in a training of another length.
 */
export interface Option<Value extends OptionValue = OptionValue> extends Rule {
  readonly default: Value
  /** All values, if they can be listed. */
  readonly values?: readonly Value[]
  /** The range of a number that need not be an integer. */
  readonly range?: Range
  /**
   * `'scaled epochs'` are meant for a training of the published length, and keep their share of a longer or shorter one;
   * `'epochs'` stay as they are.
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

export function boolean(fallback: boolean): Option<boolean> {
  return optionOf(fallback, rules.truth, { values: [true, false] })
}

/**
 * A number of epochs that does not depend on the length of the training, such as a warm-up: it covers the unstable first
 * steps, however many follow (`docs/results.md` shows what becomes of DTKD if it is cut short).
 */
export function epochs(fallback: number): Option<number> {
  return { ...number(fallback, { min: 0 }), unit: 'epochs' }
}

/**
 * A number of epochs that is a part of the training. The default is meant for the published number of epochs, see
 * `distillerFor`; it may become a fraction.
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
