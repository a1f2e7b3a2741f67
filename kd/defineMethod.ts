import { aFunction, checkExactly, optional, text, truth } from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { asDefinition, nameRule } from '../base/registry.ts'
import type { Method, TaughtPair } from './method.ts'
import { anOptionRecord, type OptionRecord, type SettingsOf } from './options.ts'

/** The definition of a method, as `defineMethod` returns it. */
export interface MethodDefinition<Options extends OptionRecord = OptionRecord, Name extends string = string> {
  readonly kind: 'method'
  readonly name: Name
  /** One sentence for a table or a help text. */
  readonly description: string
  /** The citation: authors, venue, identifier. May be empty. */
  readonly paper: string
  readonly options: Options
  /** Whether it learns from a teacher. Default true. */
  readonly needsTeacher?: boolean | undefined
  /** Whether it uses the teacher's features in addition to its logits. Default true. */
  readonly needsFeatures?: boolean | undefined
  /** Builds the method with these option values; the pair has a teacher if the method needs one. */
  build(settings: SettingsOf<Options>, pair: TaughtPair): Method
}

/** A definition as it is written. */
export type WrittenMethod<Options extends OptionRecord, Name extends string> = Omit<
  MethodDefinition<Options, Name>,
  'kind'
>

const rules = {
  name: nameRule,
  description: text,
  paper: text,
  options: anOptionRecord,
  needsTeacher: optional(truth),
  needsFeatures: optional(truth),
  build: aFunction,
}

/**
 * Defines a method. The result stands wherever the name of a method does, and the types, checks and defaults of its
 * options follow from the record `options`. A module that exports it gives it a name on the command line and in recipes
 * (`--module`). Throws for an unknown or wrong field.
 */
export function defineMethod<Options extends OptionRecord, const Name extends string>(
  written: WrittenMethod<Options, Name>,
): MethodDefinition<Options, Name> {
  checkExactly('defineMethod', 'definition', written, rules)
  const { name, options } = written
  // A recipe lists the name of the method among its options.
  demand(!Object.hasOwn(options, 'name'), () => `defineMethod: ${name}: expected no option named 'name'`)
  return asDefinition({ ...written, kind: 'method' })
}
