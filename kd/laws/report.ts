import fc from 'fast-check'
import type { LossReport } from './check.ts'
import type { Profile } from './profile.ts'
import { isBad, type LossVerdict } from './verdict.ts'

/** A report as text: a line for each law, and for a broken one what breaks it; last a guess at the cause. */
export function formatReport({ profile, precision, verdicts, runs, seed, guess }: LossReport): string {
  const tested = verdicts.filter(({ outcome }) => outcome !== 'not tested')
  return [
    `${profile.name}, τ = ${profile.temperature}: ${profile.formula}`,
    `${tested.length} laws, ${runs} cases each, seed ${seed}; the loss computes in ${precision}`,
    '',
    ...tested.map((verdict) => formatVerdict(verdict, profile)),
    ...untested(verdicts),
    '',
    conclusion(tested.filter(isBad), guess),
  ].join('\n')
}

/** Laws that were not tested, by what the loss would have to offer. */
function untested(verdicts: readonly LossVerdict[]): string[] {
  const missing = verdicts.filter(({ outcome }) => outcome === 'not tested')
  return [...Map.groupBy(missing, ({ reason }) => reason)].map(
    ([reason, of]) => `not tested  ${of.map(({ law }) => law.name).join(', ')}: ${reason}`,
  )
}

function conclusion(bad: readonly LossVerdict[], guess: string | undefined): string {
  if (bad.length === 0) return 'Every law holds, and those that such a loss breaks by design are broken.'
  const names = bad.map(({ law }) => law.name).join(', ')
  return `broken: ${names}\n${likelyCause(bad, guess)}`
}

/** What is wrong, if a typical mistake explains it, or else what mostly breaks such laws. */
export function likelyCause(bad: readonly LossVerdict[], guess: string | undefined): string {
  if (guess !== undefined) return `likely cause: ${guess}`
  // What is wrong everywhere is no matter of extremes.
  const everywhere = bad.some(({ law }) => law.name === 'definition')
  const telling = bad.filter(({ law }) => !(everywhere && law.name.endsWith('-at-extremes')))
  const causes = telling.flatMap(({ law }) => law.usualCause ?? []).map((cause) => `  ${cause}`)
  if (causes.length === 0) return 'no typical mistake explains it'
  return ['no typical mistake explains it; what mostly breaks these laws:', ...new Set(causes)].join('\n')
}

/** What came of one law, as text: a line, or for a broken law all that there is to know. */
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
        `            case ${counterexample!.runs} of seed ${counterexample!.seed}, shrunk ${counterexample!.shrinks} times`,
        `            ${law.matters}`,
      ].join('\n')
  }
}

/** A counterexample, a line for each of its parts. */
function lines(value: unknown, name = ''): string[] {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isRecord) return [`${name} = ${fc.stringify(value)}`]
  return Object.entries(value).flatMap(([key, part]) => lines(part, key))
}
