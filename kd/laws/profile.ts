import type { Maxima } from './arbitraries.ts'
import type { Definition, Divergence } from './formulas/definition.ts'
import type { TemperatureRule } from './formulas/temperatureRules.ts'

/** One of the terms that a loss is a weighted sum of. */
export interface Term {
  readonly name: string
  readonly weight: number
  readonly definition: Definition
  /** Of a distillation term: its temperatures and what it compares by. */
  readonly distils?: { readonly rule: TemperatureRule; readonly measure: Divergence }
}

/** What a loss claims to be: its formula, the rows it speaks of, the laws it obeys and those it breaks by design. */
export interface Profile {
  readonly name: string
  /** The formula. */
  readonly formula: string
  readonly temperature: number
  readonly definition: Definition
  readonly terms: readonly Term[]
  /** What a warm-up over so many epochs acts on, and what it leaves alone. */
  readonly warmUp?:
    | { readonly epochs: number; readonly distillation: Definition; readonly rest: Definition }
    | undefined
  readonly rule?: TemperatureRule | undefined
  readonly maxima: Maxima
  /** Where temperatures are cut off, so that `definition` has another gradient than its derivative: with that. */
  readonly attached?: Definition
  /** Names of laws. */
  readonly claims: readonly string[]
  /** Names of laws with the reason why the loss breaks them. */
  readonly breaks: Readonly<Record<string, string>>
}
