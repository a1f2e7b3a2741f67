import type { LogitBatch, LogitsConstraints } from './arbitraries.ts'
import type { Maxima } from './corners.ts'
import type { Definition, Divergence, JointDefinition } from './formulas/definition.ts'
import type { TemperatureRule } from './formulas/temperatureRules.ts'

/** A term of a loss, which is a weighted sum of terms. */
export interface Term {
  readonly name: string
  readonly weight: number
  readonly definition: Definition
  /** The temperatures and the divergence of a distillation term. */
  readonly distils?: { readonly rule: TemperatureRule; readonly measure: Divergence }
}

/** The specification of a loss: its formula, its valid rows, the laws it obeys and those it breaks by design. */
export interface Profile {
  readonly name: string
  /** The loss in a few words. */
  readonly summary?: string | undefined
  /** The formula. */
  readonly formula: string
  readonly temperature: number
  readonly definition: Definition
  /** The formula for a batch, if the loss is not the mean over its samples; `definition` is that of batches of one. */
  readonly joint?: JointDefinition
  readonly terms: readonly Term[]
  /** The length of the warm-up, the part that it multiplies and the rest. */
  readonly warmUp?:
    | { readonly epochs: number; readonly distillation: Definition; readonly rest: Definition }
    | undefined
  readonly rule?: TemperatureRule | undefined
  readonly maxima: Maxima
  /** The batches that are drawn, if they are not the usual ones; a law may need other numbers of rows and classes. */
  readonly draws?: Pick<LogitsConstraints, 'rows' | 'classes' | 'size' | 'precision' | 'draw'>
  /** Batches that laws about a batch as it is always try. */
  readonly examples?: readonly LogitBatch[]
  /** If temperatures are detached, the definition with their gradient: the derivative of the value. */
  readonly attached?: Definition
  /** Names of laws. */
  readonly claims: readonly string[]
  /** Names of the laws that the loss breaks by design, each with the reason. */
  readonly breaks: Readonly<Record<string, string>>
}
