import fc from 'fast-check'
import type { Counterexample } from '../../base/laws/law.ts'
import type { LossReport } from './check.ts'
import type { Profile } from './profile.ts'
import { isBad, type LossVerdict } from './verdict.ts'

/** The most laws that are listed by name because they were not tested for the same reason. */
const mostNames = 12

/** The longest line of a batch that could not be shrunk, in characters. */
const longest = 1000

/** Formats a report: a line for each law, with a counterexample if it is broken, and a guess at the cause. */
export function formatReport({ profile, precision, verdicts, runs, seed, guess }: LossReport): string {
  const tested = verdicts.filter(({ outcome }) => outcome !== 'not tested')
  return [
    `${profile.name}, τ = ${profile.temperature}: ${profile.formula}`,
    `${countOf(tested)}, ${runs} cases each, seed ${seed}; the loss computes in ${precision}`,
    '',
    ...tested.map((verdict) => formatVerdict(verdict, profile)),
    ...untested(verdicts),
    '',
    conclusion(tested.filter(isBad), guess),
  ].join('\n')
}

/** Lists the laws that were not tested, grouped by the reason; counts them if they are many. */
function untested(verdicts: readonly LossVerdict[]): string[] {
  const missing = verdicts.filter(({ outcome }) => outcome === 'not tested')
  return [...Map.groupBy(missing, ({ reason }) => reason)].map(([reason, of]) => {
    const names = of.length > mostNames ? countOf(of) : of.map(({ law }) => law.name).join(', ')
    return `not tested  ${names}: ${reason}`
  })
}

function countOf(verdicts: readonly LossVerdict[]): string {
  return `${verdicts.length} ${verdicts.length === 1 ? 'law' : 'laws'}`
}

function conclusion(bad: readonly LossVerdict[], guess: string | undefined): string {
  if (bad.length === 0)
    return 'All claimed laws hold, and all laws that the profile declares broken are broken.'
  const named = (verdicts: readonly LossVerdict[]) => verdicts.map(({ law }) => law.name).join(', ')
  const failed = bad.filter(({ failure }) => failure)
  const broken = bad.filter(({ failure }) => !failure)
  return [
    ...(failed.length > 0 ? [`failed: ${named(failed)}`] : []),
    ...(broken.length > 0 ? [`broken: ${named(broken)}`, likelyCause(broken, guess)] : []),
  ].join('\n')
}

/** Names the typical mistake that explains the values, or otherwise the usual causes of the broken laws. */
export function likelyCause(bad: readonly LossVerdict[], guess: string | undefined): string {
  if (guess !== undefined) return `likely cause: ${guess}`
  const causes = bad.flatMap(({ law: { name, usualCause } }) => {
    if (usualCause === undefined) return []
    return `  ${name.endsWith('-at-extremes') ? 'at extremes: ' : ''}${usualCause}`
  })
  if (causes.length === 0) return 'no typical mistake explains it'
  return ['no typical mistake explains it; usual causes:', ...new Set(causes)].join('\n')
}

/** Formats a verdict: one line, or all details of a broken law. */
export function formatVerdict(verdict: LossVerdict, profile: Profile): string {
  const { law, outcome, reason, counterexample, failure } = verdict
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
    case 'failed':
      return [
        `FAILED      ${law.name}: ${law.statement}`,
        `            ${failure!.message}`,
        ...failure!.frames.map((frame) => `                ${frame}`),
        ...lines(failure!.given).map((line) => `              ${shortened(line)}`),
        ...again(law.name, counterexample!),
      ].join('\n')
    case 'broken':
      return [
        ...head('BROKEN'),
        `            ${counterexample!.complaint}`,
        ...lines(counterexample!.value).map((line) => `              ${line}`),
        ...again(law.name, counterexample!),
        `            ${law.matters}`,
      ].join('\n')
  }
}

function again(name: string, { runs, seed, shrinks, path }: Counterexample): string[] {
  return [
    `            case ${runs} of seed ${seed}, shrunk ${shrinks} times; again:`,
    `              --law ${name} --seed ${seed} --replay ${path}`,
  ]
}

function shortened(line: string): string {
  return line.length > longest ? `${line.slice(0, longest)}…` : line
}

/** Formats a counterexample, one line per part. */
function lines(value: unknown, name = ''): string[] {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isRecord) return [`${name} = ${fc.stringify(value)}`]
  return Object.entries(value).flatMap(([key, part]) => lines(part, key))
}
