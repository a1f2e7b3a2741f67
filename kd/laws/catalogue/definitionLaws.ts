import fc from 'fast-check'
import { argumentsOf, type LogitBatch } from '../arbitraries.ts'
import { accurateRangeOf, extremePair, rangeOf } from '../extremes.ts'
import { isOf, rounded } from '../floats.ts'
import { mean } from '../formulas/rows.ts'
import type { Profile } from '../profile.ts'
import { type Subject, samplesOf } from '../subject.ts'
import { batches, domainOf, rounding, withMore } from './cases.ts'
import { asItIs, differs, firstOf, lossLaw } from './lossLaw.ts'

export const pure = lossLaw({
  name: 'pure',
  statement: 'The loss of a batch is the same every time, and the batch is not modified.',
  formula: 'L(v, u, t) = L(v, u, t)',
  conditions: 'any logits',
  tolerance: 'none: the same bits',
  matters: 'Active dropout, running means and in-place arithmetic corrupt later results.',
  usualCause: 'random numbers, state kept between calls, or in-place arithmetic',
  cases: batches,
  fromBatch: asItIs,
  async complain(subject, batch) {
    const given = argumentsOf(batch)
    const first = await subject.valueFor(given)
    if (JSON.stringify(given) !== JSON.stringify(argumentsOf(batch)))
      return `the loss modified its arguments: it was given ${fc.stringify(argumentsOf(batch))} and left ${fc.stringify(given)}`
    const second = await subject.value(batch)
    if (Object.is(first, second)) return undefined
    return `L = ${first} at first, but ${second} when called again with the same batch`
  },
})

const representable = lossLaw({
  name: 'representable',
  statement:
    'The loss is a number of the precision in which it computes, as are its parts if it says its precision.',
  formula: 'fl(L) = L',
  conditions: 'any logits',
  tolerance: 'none',
  matters:
    'A loss that does not compute in the precision that it says is excused for errors that it must not have.',
  usualCause: 'a last step, such as the mean, in another precision, or another precision than the stated one',
  cases: batches,
  fromBatch: asItIs,
  async complain(subject, batch) {
    const { loss, precision } = subject
    if (precision === 'float64') return undefined
    const complaintOf = (name: string, values: readonly number[]) => {
      const found = values.find((value) => !isOf(precision, value))
      return found === undefined
        ? undefined
        : `${name} = ${found}, but ${precision} has no such number: the nearest is ${rounded(found, precision)}`
    }
    const isStated = loss.dtype !== undefined
    return firstOf(
      complaintOf('L', [await subject.value(batch)]),
      complaintOf('∂L/∂v', isStated && loss.gradient ? (await subject.gradient(batch)).flat() : []),
      complaintOf('ℓ', isStated && loss.perSample ? await subject.perSample(batch) : []),
    )
  },
})

export const definition = lossLaw({
  name: 'definition',
  statement: 'The loss equals its formula.',
  formula: 'L(v, u, t) = the formula of the profile',
  conditions: 'rows for which the profile is defined',
  tolerance: rounding,
  matters: 'A loss that does not match its name makes every comparison worthless.',
  usualCause: 'another formula, weight or constant; if only some batches differ, a cap, a clip or rounding',
  cases: batches,
  fromBatch: asItIs,
  complain: complainOfDefinition,
})

async function complainOfDefinition(subject: Subject, batch: LogitBatch): Promise<string | undefined> {
  return differs(
    'L',
    await subject.value(batch),
    'the formula',
    subject.wanted(batch),
    subject.rounding(batch),
  )
}

const extremes = (profile: Profile, { precision }: Subject) =>
  extremePair(rangeOf(precision, profile), domainOf(profile))

export const definitionAtExtremes = lossLaw({
  name: 'definition-at-extremes',
  statement: 'The loss equals its formula even for extreme logits.',
  formula: 'L(v, u, t) = the formula of the profile',
  conditions:
    'one class ahead by 10⁴, huge logits (up to 2⁴³ in float64 and 2¹⁴ in float32), tiny logits, or all logits far from 0; in ' +
    'float16 and bfloat16, logits up to 64 and 32',
  tolerance: rounding,
  matters: 'An ε inside a logarithm or a clamped probability caps the loss when the student is most wrong.',
  usualCause: 'a small constant in a logarithm, a clamp, or a mask that a large logit outweighs',
  cases: (profile, { precision }) => extremePair(accurateRangeOf(precision, profile), domainOf(profile)),
  complain: complainOfDefinition,
})

export const finiteAtExtremes = lossLaw({
  name: 'finite-at-extremes',
  statement: 'The loss is a finite number for any finite logits.',
  formula: '|L(v, u, t)| < ∞',
  conditions:
    'for losses in float64, logits from float32’s smallest to its largest; for losses in float32, from 2⁻⁶⁰ to 2⁵³ or, with ' +
    'dynamic temperatures, from 2⁻⁵⁴ to 2³⁷, as in bfloat16; in float16, up to 2⁶ or 2⁵',
  tolerance: 'none',
  matters: 'One confident sample whose probability underflows to 0 gives ln 0, and NaN in every weight.',
  usualCause: 'the logarithm of a probability that underflows to 0, or exp of a logit that overflows',
  cases: extremes,
  fromBatch: asItIs,
  async complain(subject, batch) {
    if (!subject.isInReach(batch)) return undefined
    const value = await subject.value(batch)
    return Number.isFinite(value) ? undefined : `L = ${value}, but the formula = ${subject.wanted(batch)}`
  },
})

export const warmUp = lossLaw({
  name: 'warm-up',
  statement:
    'In epoch e the distillation terms have the weight min(e / warm-up, 1), and cross entropy has its full weight.',
  formula: 'L_e = min(e / E, 1) L_distillation + γ L_CE',
  conditions: 'epochs from 1 to 2 E; the loss provides atEpoch',
  tolerance: rounding,
  matters: 'A warm-up from epoch 0 starts with no distillation; one that never ends scales all results.',
  usualCause: 'epochs counted from 0, a weight that exceeds 1, or a warm-up that includes the cross entropy',
  needs: 'atEpoch',
  assumes: 'warmUp',
  cases: (profile) => withMore(batches(profile), fc.integer({ min: 1, max: 2 * profile.warmUp!.epochs })),
  async complain(subject, { batch, drawn: epoch }) {
    const { epochs, distillation, rest } = subject.profile.warmUp!
    const value = await subject.valueAt(epoch, batch)
    const of = (part: { value: typeof distillation.value }) =>
      mean(samplesOf(batch).map((sample) => part.value(sample)))
    const wanted = Math.min(epoch / epochs, 1) * of(distillation) + of(rest)
    return differs(`L in epoch ${epoch}`, value, 'the formula', wanted, subject.rounding(batch))
  },
})

export const definitionLaws = [
  pure,
  representable,
  definition,
  definitionAtExtremes,
  finiteAtExtremes,
  warmUp,
]
