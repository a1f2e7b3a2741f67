import { demand, describe } from '../../base/errors.ts'
import { suggestionFor } from '../../base/suggestions.ts'
import { lossLaws } from './catalogue/allLaws.ts'
import type { Assumption, LossLaw } from './catalogue/lossLaw.ts'
import type { Definition, JointDefinition } from './formulas/definition.ts'
import {
  aloneOf,
  definitionOf,
  type Formula,
  type JointFormula,
  jointDefinitionOf,
} from './formulas/formula.ts'
import type { Profile } from './profile.ts'

/** A profile with laws besides those of the catalogue. */
export interface ProfileWithLaws extends Profile {
  /** They are claimed unless `breaks` names them. */
  readonly laws?: readonly LossLaw[]
}

/** What `defineProfile` is told of a loss. Everything that has a default is optional. */
export interface ProfileSpecification
  extends Partial<Pick<Profile, 'name' | 'terms' | 'maxima' | 'breaks' | 'claims'>>,
    Pick<ProfileWithLaws, 'formula' | 'summary' | 'warmUp' | 'rule' | 'draws' | 'attached' | 'laws'> {
  /** The formula of one sample, if the loss is the mean over the batch. */
  readonly definition?: Formula
  /** The formula of a batch, if it is not. */
  readonly joint?: JointFormula
}

/** A profile at every temperature. */
export interface ProfileFamily {
  readonly name: string
  /** Throws `InvalidInputError` unless the temperature τ is a positive number. */
  readonly at: (temperature: number) => ProfileWithLaws
}

/**
 * Defines a profile: the specification of a kind of loss, which any implementation can be checked against. The
 * specification is a record, or a function of the temperature τ that returns one.
 *
 * ```ts
 * const mse = defineProfile({
 *   name: 'logit-mse',
 *   formula: '1/N Σ ‖v − u‖² / K',
 *   definition: { value: ({ v, u }) => v.reduce((sum, x, i) => sum + (x - u[i]) ** 2, 0) / v.length },
 *   claims: [...lawGroups.common, 'zero-at-equality', 'teacher-student-symmetry'],
 *   breaks: { 'student-shift': 'raw logits are compared' },
 * })
 * ```
 *
 * Defaults: `name` 'custom'; `maxima` 'any' (all rows are valid); no claims but those of `laws`; nothing broken.
 * Throws `InvalidInputError` for an unknown law, one that is both claimed and broken, one that needs a part that the
 * profile lacks, and a definition without a value.
 */
export function defineProfile(
  specification: ProfileSpecification | ((temperature: number) => ProfileSpecification),
): ProfileFamily {
  const specified = typeof specification === 'function' ? specification : () => specification
  const at = (temperature: number) => {
    demand(
      Number.isFinite(temperature) && temperature > 0,
      () => `laws: expected a temperature above 0, got ${temperature}`,
    )
    return profileFrom(specified(temperature), temperature)
  }
  return { name: at(4).name, at }
}

/** Whether a value is the result of `defineProfile`, even of another copy of this module. */
export function isProfileFamily(value: unknown): value is ProfileFamily {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    'at' in value &&
    typeof value.name === 'string' &&
    typeof value.at === 'function'
  )
}

function profileFrom(specification: ProfileSpecification, temperature: number): ProfileWithLaws {
  demand(
    typeof specification === 'object' && specification !== null,
    () => `laws: expected the specification of a profile to be an object, got ${describe(specification)}`,
  )
  const {
    name = 'custom',
    maxima = 'any',
    breaks = {},
    laws = [],
    definition,
    joint,
    ...rest
  } = specification
  const formulas = formulasOf(name, definition, joint)
  const own = laws.map((law) => law.name).filter((law) => !Object.hasOwn(breaks, law))
  const claims = [...(specification.claims ?? []), ...own]
  const terms = specification.terms ?? (joint ? [] : [{ name, weight: 1, definition: formulas.definition }])
  const profile = { ...rest, ...formulas, name, temperature, maxima, breaks, laws, claims, terms }
  demandLaws(profile)
  return profile
}

function formulasOf(
  name: string,
  formula: Formula | undefined,
  joint: JointFormula | undefined,
): { definition: Definition; joint?: JointDefinition } {
  demand(
    (formula === undefined) !== (joint === undefined),
    () =>
      `laws: expected profile '${name}' to have either a definition of a sample or a joint one of a batch, got ${formula ? 'both' : 'none'}`,
  )
  if (formula) return { definition: definitionOf(formula) }
  const whole = jointDefinitionOf(joint!)
  return { definition: aloneOf(whole), joint: whole }
}

const assumed: Readonly<Record<Assumption, (profile: Profile) => unknown>> = {
  rule: ({ rule }) => rule,
  warmUp: ({ warmUp }) => warmUp,
  limit: ({ definition }) => definition.limit,
}

function demandLaws(profile: ProfileWithLaws): void {
  const { name, claims, breaks, laws = [] } = profile
  const known = [...lossLaws, ...laws]
  const named = [...claims, ...Object.keys(breaks)]
  for (const [i, mentioned] of named.entries()) {
    const law = known.find((each) => each.name === mentioned)
    demand(law !== undefined, () => {
      const hint = suggestionFor(
        mentioned,
        known.map((each) => each.name),
      )
      return `laws: profile '${name}' names the unknown law '${mentioned}': ${hint}`
    })
    demand(
      named.indexOf(mentioned) === i,
      () => `laws: expected profile '${name}' to name the law '${mentioned}' once, got it twice`,
    )
    const { assumes } = law
    demand(
      assumes === undefined || assumed[assumes](profile) !== undefined,
      () =>
        `laws: the law '${mentioned}' needs '${assumes}', but profile '${name}' does not have it${assumes === 'limit' ? ' in its definition' : ''}`,
    )
  }
  for (const { name: own } of laws) {
    demand(
      known.filter((law) => law.name === own).length === 1,
      () => `laws: expected the laws of profile '${name}' to have names of their own, but '${own}' is taken`,
    )
  }
}
