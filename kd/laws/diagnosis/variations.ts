import type { LogitBatch } from '../arbitraries.ts'
import { total } from '../formulas/rows.ts'
import type { Profile } from '../profile.ts'
import { batchMistakes } from './batchMistakes.ts'
import { divergenceMistakes } from './divergenceMistakes.ts'
import { type Mistakes, valueOf } from './parts.ts'
import { softmaxMistakes } from './softmaxMistakes.ts'
import { temperatureMistakes } from './temperatureMistakes.ts'

/** A typical mistake and the loss that makes it. */
export interface Variation {
  readonly mistake: string
  readonly value: (batch: LogitBatch) => number
}

/** Returns the loss of a profile with one part of its distillation terms replaced, for every typical mistake. */
export function variationsOf(profile: Profile): Variation[] {
  if (profile.joint) return []
  const mistakes: Mistakes = {
    ...temperatureMistakes(profile),
    ...divergenceMistakes(profile),
    ...batchMistakes,
    ...softmaxMistakes,
  }
  return Object.entries(mistakes).map(([mistake, parts]) => ({
    mistake,
    value: (batch) =>
      total(
        profile.terms.map((term) => {
          const isChanged = term.distils !== undefined || profile.terms.length === 1
          return term.weight * valueOf(term, isChanged ? parts : {}, batch)
        }),
      ),
  }))
}
