import type { LogitBatch } from '../arbitraries.ts'
import { crossEntropyDefinition, type Definition, decoupled, tempered } from '../formulas/definition.ts'
import { largest, magnitude, mean, type Row, scaled, shifted } from '../formulas/rows.ts'
import { shared } from '../formulas/temperatureRules.ts'
import { genericBatches, oppositeMaxima } from '../precision.ts'
import { type Subject, samplesOf } from '../subject.ts'
import type { LossVerdict } from '../verdict.ts'
import { coefficientsOf } from './coefficients.ts'
import { guessGradient } from './gradientDiagnosis.ts'
import { scales } from './scales.ts'
import { variationsOf } from './variations.ts'

/** A batch with the value of the loss, that of its formula, and the tolerance. */
interface Probe {
  readonly batch: LogitBatch
  readonly found: number
  readonly wanted: number
  readonly excused: number
}

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
  const ordinary = counterexamples(['definition'])
  const extreme = counterexamples(['definition-at-extremes', 'finite-at-extremes'])
  if (ordinary.length + extreme.length === 0)
    return subject.loss.gradient && guessGradient(subject).catch(() => undefined)
  const generic = subject.profile.maxima === 'positive' ? genericBatches : [...genericBatches, oppositeMaxima]
  const usual = await probesOf(subject, [...generic, ...ordinary])
  const far = extreme.length === 0 ? [] : await probesOf(subject, [...extreme, ...telling])
  const whole = guessValue(subject, [...usual, ...far])
  if (whole !== undefined || ordinary.length === 0) return whole
  const guess = guessValue(subject, usual) ?? guessSum(subject, usual)
  const moreover = broken.find(({ law }) => law.name === 'finite-at-extremes')?.law.usualCause
  return guess && moreover ? `${guess}; and at extremes, ${moreover}` : guess
}

/** Changes one class of a row. */
const moved = (row: Row, by: number): number[] => row.with(row.indexOf(smallestOf(row)), smallestOf(row) + by)
const smallestOf = (row: Row) => -largest(scaled(row, -1))

/**
 * Tell an underflow from an overflow: a class of one side whose probability underflows although no logit is large, and
 * logits that are all large although no probability is small.
 */
const [{ student: generic, teacher: other, labels }] = genericBatches
const telling: readonly LogitBatch[] = [
  { student: generic.map((row) => moved(row, -1e4)), teacher: other, labels },
  { student: generic, teacher: other.map((row) => moved(row, -1e4)), labels },
  {
    student: generic.map((row) => shifted(row, 1e4)),
    teacher: other.map((row) => shifted(row, 1e4)),
    labels,
  },
]

async function probesOf(subject: Subject, batches: readonly LogitBatch[]): Promise<Probe[]> {
  const probes: Probe[] = []
  for (const batch of batches) {
    const found = await subject.value(batch).catch(() => Number.NaN)
    const wanted = subject.wanted(batch)
    const excused = 4 * subject.rounding(batch)
    probes.push({ batch, found, wanted, excused })
  }
  return probes
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

/**
 * Whether values explain all probes, and a difference much better than the formula does: a number, if any differs. A
 * difference for which a mistake gives no value, such as 0/0, does not contradict it.
 */
function explainsAll(values: readonly number[], probes: readonly Probe[]): boolean {
  const differs = ({ found, wanted, excused }: Probe) => !(Math.abs(found - wanted) <= excused)
  const isBetter = (value: number, { found, wanted }: Probe) =>
    Number.isFinite(found)
      ? Math.abs(value - found) < Math.abs(wanted - found) / 8
      : !probes.some((probe) => differs(probe) && Number.isFinite(probe.found))
  return (
    probes.every((probe, i) => explains(values[i], probe) || (differs(probe) && Number.isNaN(values[i]))) &&
    probes.some((probe, i) => explains(values[i], probe) && differs(probe) && isBetter(values[i], probe))
  )
}

function explains(value: number, { found, excused }: Probe): boolean {
  if (!Number.isFinite(found)) return !Number.isFinite(value)
  return Math.abs(value - found) <= excused + 1e-9 * Math.abs(found)
}

/** Finds terms with other weights, or an additional term, by fitting a weighted sum. */
function guessSum({ profile }: Subject, probes: readonly Probe[]): string | undefined {
  const columnOf = (definition: Definition) =>
    probes.map(({ batch }) => mean(samplesOf(batch).map((sample) => definition.value(sample))))
  const parts = profile.terms.flatMap(({ name, weight, definition, distils }) => {
    const [alpha, beta] = distils?.measure.weights ?? []
    if (beta === undefined) return [{ name, weight, definition }]
    return [
      { name: 'TCKD', weight: weight * alpha, definition: tempered(distils!.rule, decoupled(1, 0)) },
      { name: 'NCKD', weight: weight * beta, definition: tempered(distils!.rule, decoupled(0, 1)) },
    ]
  })
  const found = probes.map((probe) => probe.found)
  const tolerance = Math.max(...probes.map(({ excused }) => excused), 1e-7 * magnitude(found))
  const columns = parts.map(({ definition }) => columnOf(definition))
  const weights = parts.length > 1 && coefficientsOf(columns, found, tolerance)
  if (weights) {
    const list = (values: readonly number[]) =>
      parts.map(({ name }, i) => `${round(values[i])} ${name}`).join(' + ')
    const [ofLoss, ofProfile] = [list(weights), list(parts.map(({ weight }) => weight))]
    if (ofLoss !== ofProfile) return `the loss is ${ofLoss}, but the profile says ${ofProfile}`
  }
  const tau = profile.temperature
  const teachers = (definition: Definition): Definition => ({
    ...definition,
    value: ({ v, u, label }) => definition.value({ v: u, u: v, label }),
  })
  const strangers = [
    { name: 'cross entropy', column: columnOf(crossEntropyDefinition) },
    { name: 'cross entropy at the temperature', column: columnOf(softened(tau)) },
    { name: 'KL at the shared temperature', column: columnOf(tempered(shared(tau))) },
    { name: 'cross entropy of the teacher', column: columnOf(teachers(crossEntropyDefinition)) },
    { name: 'a constant', column: probes.map(() => 1) },
  ]
  for (const [i, { name: replaced, weight }] of parts.entries()) {
    for (const { name, column } of strangers) {
      // The term itself by another name explains nothing.
      if (column.every((value, probe) => Math.abs(value - columns[i][probe]) <= tolerance)) continue
      const weights = coefficientsOf(columns.with(i, column), found, tolerance)
      if (weights && Math.abs(weights[i] - weight) < 1e-5) return `${name} is used instead of ${replaced}`
    }
  }
  const wanted = probes.map((probe) => probe.wanted)
  for (const { name, column } of strangers) {
    const weights = coefficientsOf([wanted, column], found, tolerance)
    if (!weights || Math.abs(weights[1]) < 1e-3) continue
    const formula = Math.abs(weights[0] - 1) < 1e-5 ? 'the formula' : `${round(weights[0])} × the formula`
    return `${round(weights[1])} × ${name} is added to ${formula}`
  }
  const both = coefficientsOf([wanted, strangers[0].column, strangers[2].column], found, tolerance)
  if (both === undefined || Math.max(Math.abs(both[1]), Math.abs(both[2])) < 1e-3) return undefined
  const [own, ...others] = both.map(round)
  return `the loss is ${own} × the formula + ${others[0]} × ${strangers[0].name} + ${others[1]} × ${strangers[2].name}`
}

function softened(tau: number): Definition {
  return {
    ...crossEntropyDefinition,
    value: (sample) => crossEntropyDefinition.value({ ...sample, v: scaled(sample.v, 1 / tau) }),
  }
}

function round(value: number): string {
  return String(Math.round(value * 1e5) / 1e5)
}
