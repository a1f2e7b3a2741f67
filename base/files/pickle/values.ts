import type { Budget } from '../budget.ts'
import type { Refuse } from '../refusal.ts'

/** What holds back whoever makes values for a pickle. */
export interface Limits {
  readonly budget: Budget
  readonly refuse: Refuse
}

/** Makes a value of others. A pickle can ask for it again and again: what copies values takes that out of the budget. */
export type Construct = (values: readonly unknown[], limits: Limits) => unknown

/**
 * A name that a pickle may mention. What the pickle would have Python call is made by `construct` instead, which only
 * puts its arguments together; a name without it stands for itself.
 */
export class Named {
  readonly name: string
  readonly construct: Construct | undefined

  constructor(name: string, construct?: Construct) {
    this.name = name
    this.construct = construct
  }
}

/** A value that a pickle makes first and tells what it holds afterwards. */
export interface Stateful {
  /** Takes out of the budget what it copies. */
  setState(state: unknown, limits: Limits): void
}

export function isStateful(value: unknown): value is Stateful {
  return typeof value === 'object' && value !== null && 'setState' in value
}

/** What the names in a pickle and its references to outside mean to whoever reads it. */
export interface Meaning {
  /** What Python would import under this name; refuses what it does not know. */
  named(name: string): Named
  /** What lies outside of the pickle, such as the numbers of a tensor. Default: nothing may. */
  persistent?(id: unknown): unknown
}

/** What messages call a value: never more than its kind, since it may be endless. */
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
