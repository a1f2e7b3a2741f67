import { demand, describe } from '../../base/errors.ts'
import { type Laws, termLaws, totalLaws } from './claims.ts'
import type { Maxima } from './corners.ts'
import {
  defineProfile,
  isProfileFamily,
  type ProfileFamily,
  type ProfileSpecification,
  type ProfileWithLaws,
} from './defineProfile.ts'
import { crossEntropyDefinition, decoupled, divergence, tempered, weighted } from './formulas/definition.ts'
import {
  detached,
  exact,
  guarded,
  published,
  shared,
  type TemperatureRule,
} from './formulas/temperatureRules.ts'
import { furtherDrafts } from './furtherProfiles.ts'
import type { Term } from './profile.ts'

/** A plain name means the single term, averaged over the batch; `-total` adds the other terms, weights and warm-up. */
export type ProfileName = keyof typeof drafts

type Draft = Omit<ProfileSpecification, 'name' | 'summary'>

type SummarizedDraft = Draft & { readonly summary: string }

const crossEntropyTerm = (weight = 1): Term => ({
  name: 'cross entropy',
  weight,
  definition: crossEntropyDefinition,
})

const distillationTerm = (
  name: string,
  weight: number,
  rule: TemperatureRule,
  measure = divergence,
): Term => ({
  name,
  weight,
  definition: tempered(rule, measure),
  distils: { rule, measure },
})

/** Drafts a loss of one term. */
function single(formula: string, term: Term, maxima: Maxima, own: Laws): Draft {
  const { definition, distils } = term
  return { formula, definition, terms: [term], rule: distils?.rule, maxima, ...own }
}

/** Drafts a loss of several terms, with the temperatures of the first. */
function total(formula: string, terms: readonly Term[], maxima: Maxima, own: Laws): Draft {
  const sum = (some: readonly Term[]) => weighted(some.map(({ weight, definition }) => [weight, definition]))
  const warmUp = {
    epochs: 20,
    distillation: sum(terms.filter(({ distils }) => distils)),
    rest: sum(terms.filter(({ distils }) => !distils)),
  }
  return {
    formula,
    definition: sum(terms),
    terms,
    warmUp: own.claims.includes('warm-up') ? warmUp : undefined,
    rule: terms[0].distils?.rule,
    maxima,
    ...own,
  }
}

function dynamic(rule: TemperatureRule, maxima: Maxima, own: Laws): Draft {
  const formula = '1/N Σ T_teacher T_student KL(softmax(u/T_teacher) ‖ softmax(v/T_student))'
  return single(formula, distillationTerm('L_DTKD', 1, rule), maxima, own)
}

function dynamicTotal(rule: TemperatureRule, tau: number, maxima: Maxima, own: Laws): Draft {
  const terms = [
    distillationTerm('L_DTKD', 3, rule),
    distillationTerm('L_KD', 1, shared(tau)),
    crossEntropyTerm(),
  ]
  return total('min(e/20, 1) (3 L_DTKD + L_KD) + L_CE', terms, maxima, own)
}

const drafts = {
  crossEntropy: () => ({
    summary: 'cross entropy of the student with the labels',
    ...single('1/N Σ −ln softmax(v)_t', crossEntropyTerm(), 'any', termLaws.crossEntropy),
  }),
  kd: (tau) => ({
    summary: 'τ² KL(teacher ‖ student); also CTKD at a given temperature',
    ...single(
      '1/N Σ τ² KL(softmax(u/τ) ‖ softmax(v/τ))',
      distillationTerm('L_KD', 1, shared(tau)),
      'any',
      termLaws.kd,
    ),
  }),
  'kd-total': (tau) => ({
    summary: '0.9 kd + 0.1 crossEntropy',
    ...total(
      '0.9 L_KD + 0.1 L_CE',
      [distillationTerm('L_KD', 0.9, shared(tau)), crossEntropyTerm(0.1)],
      'any',
      totalLaws.kd,
    ),
  }),
  dkd: (tau) => ({
    summary: 'τ² (TCKD + 8 NCKD)',
    ...single(
      '1/N Σ τ² (TCKD + 8 NCKD)',
      distillationTerm('TCKD + 8 NCKD', 1, shared(tau), decoupled(1, 8)),
      'any',
      termLaws.dkd,
    ),
  }),
  'dkd-total': (tau) => ({
    summary: 'dkd + crossEntropy, with a warm-up of 20 epochs',
    ...total(
      'min(e/20, 1) (TCKD + 8 NCKD) + L_CE',
      [distillationTerm('TCKD + 8 NCKD', 1, shared(tau), decoupled(1, 8)), crossEntropyTerm()],
      'any',
      totalLaws.dkd,
    ),
  }),
  dtkd: (tau) => ({
    summary:
      'T_teacher T_student KL at the published temperatures, for rows whose largest logits are both positive',
    ...dynamic(published(tau), 'positive', termLaws.dtkd),
  }),
  'dtkd-detached': (tau) => ({
    summary: 'dtkd, with no gradient through the temperatures',
    ...dynamic(detached(published(tau)), 'positive', termLaws.detached),
    attached: tempered(published(tau)),
  }),
  'dtkd-guarded': (tau) => ({
    summary: 'dtkd, with τ for both temperatures in rows whose largest logits are not both positive',
    ...dynamic(guarded(tau), 'not both negative', termLaws.guarded),
  }),
  'dtkd-exact': (tau) => ({
    summary: 'dtkd at temperatures of equal sharpness',
    ...dynamic(exact(tau), 'spread', termLaws.exact),
  }),
  'dtkd-total': (tau) => ({
    summary: '3 dtkd + kd + crossEntropy, with a warm-up of 20 epochs',
    ...dynamicTotal(published(tau), tau, 'positive', totalLaws.dtkd),
  }),
  'dtkd-guarded-total': (tau) => ({
    summary: 'dtkd-total with dtkd-guarded in place of dtkd',
    ...dynamicTotal(guarded(tau), tau, 'not both negative', totalLaws.dtkd),
  }),
  'dtkd-exact-total': (tau) => ({
    summary: 'dtkd-total with dtkd-exact in place of dtkd',
    ...dynamicTotal(exact(tau), tau, 'spread', totalLaws.exact),
  }),
  ...furtherDrafts,
} satisfies Record<string, (temperature: number) => SummarizedDraft>

export const profileNames = Object.keys(drafts) as ProfileName[]

const families = new Map<string, ProfileFamily>(
  Object.entries<(temperature: number) => Draft>(drafts).map(([name, draft]) => [
    name,
    defineProfile((temperature) => ({ name, ...draft(temperature) })),
  ]),
)

/** Returns a profile by name, or as defined by `defineProfile`. Throws `InvalidInputError` for an unknown name. */
export function familyOf(profile: string | ProfileFamily): ProfileFamily {
  const family = isProfileFamily(profile) ? profile : families.get(profile)
  demand(
    family !== undefined,
    () => `laws: expected profile to be one of ${profileNames.join(', ')}, got ${describe(profile)}`,
  )
  return family
}

/**
 * Returns a profile at temperature τ, by name or as defined by `defineProfile`. Throws `InvalidInputError` for an unknown
 * name or an invalid temperature.
 */
export function profileOf(profile: string | ProfileFamily, temperature = 4): ProfileWithLaws {
  return familyOf(profile).at(temperature)
}
