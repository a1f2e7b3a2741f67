import fc from 'fast-check'
import type { LossReport } from './check.ts'
import type { Profile } from './profile.ts'
import { isBad, type LossVerdict } from './verdict.ts'

/** Formats a report: a line for each law, with a counterexample if it is broken, and a guess at the cause. */
export function formatReport({ profile, precision, verdicts, runs, seed, guess }: LossReport): string {
  const tested = verdicts.filter(({ outcome }) => outcome !== 'not tested')
  return [
    `${profile.name}, τ = ${profile.temperature}: ${profile.formula}`,
    `${tested.length} ${tested.length === 1 ? 'law' : 'laws'}, ${runs} cases each, seed ${seed}; the loss computes in ${precision}`,
    '',
    ...tested.map((verdict) => formatVerdict(verdict, profile)),
    ...untested(verdicts),
    '',
    conclusion(tested.filter(isBad), guess),
  ].join('\n')
}

/** Lists the laws that were not tested, grouped by the missing part. */
function untested(verdicts: readonly LossVerdict[]): string[] {
  const missing = verdicts.filter(({ outcome }) => outcome === 'not tested')
  return [...Map.groupBy(missing, ({ reason }) => reason)].map(
    ([reason, of]) => `not tested  ${of.map(({ law }) => law.name).join(', ')}: ${reason}`,
  )
}

function conclusion(bad: readonly LossVerdict[], guess: string | undefined): string {
  if (bad.length === 0)
    return 'All claimed laws hold, and all laws that the profile declares broken are broken.'
  const names = bad.map(({ law }) => law.name).join(', ')
  return `broken: ${names}\n${likelyCause(bad, guess)}`
}

/** Names the typical mistake that explains the values, or otherwise the usual causes of the broken laws. */
export function likelyCause(bad: readonly LossVerdict[], guess: string | undefined): string {
  if (guess !== undefined) return `likely cause: ${guess}`
  // A loss that is wrong everywhere is not wrong because of extremes.
  const everywhere = bad.some(({ law }) => law.name === 'definition')
  const telling = bad.filter(({ law }) => !(everywhere && law.name.endsWith('-at-extremes')))
  const causes = telling.flatMap(({ law }) => law.usualCause ?? []).map((cause) => `  ${cause}`)
  if (causes.length === 0) return 'no typical mistake explains it'
  return ['no typical mistake explains it; usual causes:', ...new Set(causes)].join('\n')
}

/** Formats a verdict: one line, or all details of a broken law. */
export function formatVerdict(verdict: LossVerdict, profile: Profile): string {
  const { law, outcome, reason, counterexample } = verdict
  const head = (word: string) => [
    `${word.padEnd(10)}  ${law.name}: ${law.statement}`,
    `              ${law.formula.replace('the formula of the profile', profile.formula)}`,
  ]
  switch (outcome) {
    case 'holds':
      return `holds       ${law.name}`
    case 'broken as declared':
      return `by design   ${law.name} is broken: ${reason}`
    case 'not tested':
      return `not tested  ${law.name}: ${reason}`
    case 'not broken':
      return [
        ...head('NOT BROKEN'),
        `            This held in every case, but a loss of this profile breaks it: ${reason}.`,
        `            ${law.matters}`,
      ].join('\n')
    case 'broken':
      return [
        ...head('BROKEN'),
        `            ${counterexample!.complaint}`,
        ...lines(counterexample!.value).map((line) => `              ${line}`),
        `            case ${counterexample!.runs} of seed ${counterexample!.seed}, shrunk ${counterexample!.shrinks} times; again:`,
        `              --law ${law.name} --seed ${counterexample!.seed} --replay ${counterexample!.path}`,
        `            ${law.matters}`,
      ].join('\n')
  }
}

/** Formats a counterexample, one line per part. */
function lines(value: unknown, name = ''): string[] {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isRecord) return [`${name} = ${fc.stringify(value)}`]
  return Object.entries(value).flatMap(([key, part]) => lines(part, key))
}
