import { oneOf, type Rules } from '../../base/arguments.ts'

export interface GeluOptions {
  /** `none` computes Φ; `tanh` approximates it, as GPT-2 and BERT's first code do. Default `none`. */
  approximate?: 'none' | 'tanh'
}

export const geluOptions: Rules<GeluOptions> = { approximate: oneOf(['none', 'tanh']) }
