import type { LogitBatch } from '../arbitraries.ts'
import { repeated } from '../catalogue/batchLaws.ts'
import { genericBatches, oppositeMaxima } from '../precision.ts'
import type { Subject } from '../subject.ts'
import type { LossVerdict } from '../verdict.ts'
import { guessGradient } from './gradientDiagnosis.ts'
import { explainsAll, type Probe, probesOf, telling } from './probes.ts'
import { scales } from './scales.ts'
import { guessSum, round } from './sums.ts'
import { variationsOf } from './variations.ts'

/**
 * Guesses the mistake: names the typical one that reproduces the values of the loss on generic batches and on the
 * counterexamples; if it only reproduces those that are not extreme, says so.
 */
export async function diagnose(
  subject: Subject,
  verdicts: readonly LossVerdict[],
): Promise<string | undefined> {
  const broken = verdicts.filter(({ outcome }) => outcome === 'broken')
  if (broken.length === 0) return undefined
  const counterexamples = (names: readonly string[]) =>
    broken
      .filter(({ law }) => names.includes(law.name))
      .map(({ counterexample }) => counterexample?.value as LogitBatch)
  const ordinary = [...counterexamples(['definition']), ...broken.flatMap(wholeBatch)]
  const extreme = counterexamples(['definition-at-extremes', 'finite-at-extremes'])
  if (ordinary.length + extreme.length === 0)
    return subject.loss.gradient && guessGradient(subject).catch(() => undefined)
  const generic = subject.profile.maxima === 'positive' ? genericBatches : [...genericBatches, oppositeMaxima]
  const usual = await probesOf(subject, [...generic, ...ordinary])
  const far = extreme.length === 0 ? [] : await probesOf(subject, [...extreme, ...telling(subject.profile)])
  const whole = guessValue(subject, [...usual, ...far])
  if (whole !== undefined || ordinary.length === 0) return whole
  const guess = guessValue(subject, usual) ?? guessSum(subject, usual)
  const moreover = broken.find(({ law }) => law.name === 'finite-at-extremes')?.law.usualCause
  return guess && moreover ? `${guess}; and at extremes, ${moreover}` : guess
}

/** The batch of a sum that is wrong only for many samples. */
function wholeBatch({ law, counterexample }: LossVerdict): LogitBatch[] {
  if (law.name !== 'batch-additivity' || counterexample === undefined) return []
  const { batch, times } = counterexample.value as { batch: LogitBatch; times: number }
  return [repeated(batch, times)]
}

/** Finds the simplest explanation of all probes: a replaced part, a factor, or both. */
function guessValue({ profile }: Subject, probes: readonly Probe[]): string | undefined {
  const candidates = [
    { mistake: '', values: probes.map(({ wanted }) => wanted) },
    ...variationsOf(profile).map(({ mistake, value }) => ({
      mistake,
      values: probes.map(({ batch }) => value(batch)),
    })),
  ]
  for (const scale of scales) {
    const factors = probes.map(({ batch }) => scale.factor(batch, profile.temperature))
    for (const { mistake, values } of candidates) {
      if (mistake === '' && scale.mistake === '') continue
      const given = values.map((value, i) => factors[i] * value)
      if (!explainsAll(given, probes)) continue
      return [mistake, scale.mistake].filter((text) => text !== '').join('; and ')
    }
  }
  return guessRatio(probes)
}

/** Finds an arbitrary constant factor, such as a weight or a batch size from a configuration. */
function guessRatio(probes: readonly Probe[]): string | undefined {
  for (const [samples, classes] of [0, 1, -1].flatMap((a) => [0, 1, -1].map((b) => [a, b]))) {
    const ratios = probes.map(
      ({ batch, found, wanted }) =>
        found / wanted / (batch.labels.length ** samples * batch.student[0].length ** classes),
    )
    const constant = ratios.every((ratio) => Math.abs(ratio / ratios[0] - 1) < 1e-6)
    if (!constant || ratios[0] === 0 || Math.abs(ratios[0] - 1) < 1e-5) continue
    const powers = [
      { symbol: 'N', power: samples },
      { symbol: 'K', power: classes },
    ].flatMap(({ symbol, power }) => ({ '1': ` × ${symbol}`, '-1': ` / ${symbol}` })[power] ?? [])
    return `the loss is ${round(ratios[0])}${powers.join('')} times its formula`
  }
  return undefined
}
