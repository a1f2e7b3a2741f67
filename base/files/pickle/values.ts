import type { Budget } from '../budget.ts'
import type { Refuse } from '../refusal.ts'

/** Limits on constructing values for a pickle. */
export interface Limits {
  readonly budget: Budget
  readonly refuse: Refuse
}

/** Makes a value from others. A pickle can repeat this any number of times, so copies are charged to the budget. */
export type Construct = (values: readonly unknown[], limits: Limits) => unknown

/**
 * A name that a pickle may contain. Where Python would call it, `construct` assembles the arguments instead; a name without
 * `construct` stands for itself.
 */
export class Named {
  readonly name: string
  readonly construct: Construct | undefined

  constructor(name: string, construct?: Construct) {
    this.name = name
    this.construct = construct
  }
}

/** A value that a pickle creates first and fills later. */
export interface Stateful {
  /** Charges copies to the budget. */
  setState(state: unknown, limits: Limits): void
}

export function isStateful(value: unknown): value is Stateful {
  return typeof value === 'object' && value !== null && 'setState' in value
}

/** The meanings that the reader of a file gives to the names and external references in its pickle. */
export interface Meaning {
  /** Returns the meaning of what Python would import under this name; refuses an unknown name. */
  named(name: string): Named
  /** Returns data outside the pickle, such as the numbers of a tensor. Default: refused. */
  persistent?(id: unknown): unknown
}

/** Returns the kind of a value for messages; never its contents, which may be huge or cyclic. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Map) return 'a dictionary'
  if (value instanceof Set) return 'a set'
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof Named) return value.name
  if (typeof value === 'string') return 'a text'
  return typeof value === 'object' ? 'a tensor' : `a ${typeof value}`
}
