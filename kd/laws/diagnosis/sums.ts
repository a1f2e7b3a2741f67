import { crossEntropyDefinition, type Definition, decoupled, tempered } from '../formulas/definition.ts'
import { logSoftmax, magnitude, mean, type Row, scaled, without } from '../formulas/rows.ts'
import { shared } from '../formulas/temperatureRules.ts'
import type { Term } from '../profile.ts'
import { type Subject, samplesOf } from '../subject.ts'
import { coefficientsOf } from './coefficients.ts'
import type { Probe } from './probes.ts'

/** Finds terms with other weights, or an additional term, by fitting a weighted sum. */
export function guessSum({ profile }: Subject, probes: readonly Probe[]): string | undefined {
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
  const smoothing = guessSmoothing(parts, columns, probes, tolerance)
  if (smoothing !== undefined) return smoothing
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

/** Finds label smoothing in a cross entropy: its weight is divided between the label and all classes, or all others. */
function guessSmoothing(
  parts: readonly Pick<Term, 'weight' | 'definition'>[],
  columns: readonly Row[],
  probes: readonly Probe[],
  tolerance: number,
): string | undefined {
  const at = parts.findIndex(({ definition }) => definition === crossEntropyDefinition)
  if (at < 0) return undefined
  const over = (classes: (logQ: Row, label: number) => Row) =>
    probes.map(({ batch }) =>
      mean(samplesOf(batch).map(({ v, label }) => -mean(classes(logSoftmax(v), label)))),
    )
  for (const { column, name } of [
    { column: over((logQ) => logQ), name: 'all classes' },
    { column: over(without), name: 'all other classes' },
  ]) {
    const weights = coefficientsOf(
      [...columns, column],
      probes.map(({ found }) => found),
      tolerance,
    )
    if (weights === undefined) continue
    const share = weights[parts.length] / parts[at].weight
    const expected = parts.map(({ weight }, i) => (i === at ? (1 - share) * weight : weight))
    const fits = expected.every((weight, i) => Math.abs(weights[i] - weight) < 1e-5)
    if (fits && share > 1e-4 && share < 1) return `label smoothing of ${round(share)} over ${name} is left on`
  }
  return undefined
}

function softened(tau: number): Definition {
  return {
    ...crossEntropyDefinition,
    value: (sample) => crossEntropyDefinition.value({ ...sample, v: scaled(sample.v, 1 / tau) }),
  }
}

/** Five decimals. */
export function round(value: number): string {
  return String(Math.round(value * 1e5) / 1e5)
}
