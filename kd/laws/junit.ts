import type { LossReport } from './check.ts'
import { escaped } from './markup.ts'
import { formatVerdict } from './report.ts'
import { isBad, type LossVerdict } from './verdict.ts'

/** Formats a report as JUnit XML, which continuous integration reads: a test case for each law. */
export function formatJUnit({ profile, verdicts, seed, runs }: LossReport): string {
  const count = (of: (verdict: LossVerdict) => boolean) => verdicts.filter(of).length
  const counts = {
    tests: verdicts.length,
    failures: count(isBad),
    skipped: count(isUntested),
  }
  const attributes = Object.entries(counts).map(([name, value]) => `${name}="${value}"`)
  const name = escaped(`${profile.name}, τ = ${profile.temperature}, ${runs} cases, seed ${seed}`)
  const cases = verdicts.map((verdict) => {
    const { law } = verdict
    const text = formatVerdict(verdict, profile)
    const head = `    <testcase classname="${escaped(profile.name)}" name="${escaped(`${law.name}: ${law.statement}`)}"`
    if (isBad(verdict))
      return `${head}>\n      <failure message="${escaped(verdict.counterexample?.complaint ?? verdict.outcome)}">${escaped(text)}</failure>\n    </testcase>`
    if (isUntested(verdict))
      return `${head}>\n      <skipped message="${escaped(verdict.reason ?? '')}"/>\n    </testcase>`
    return `${head}/>`
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes.join(' ')}>`,
    `  <testsuite name="${name}" ${attributes.join(' ')}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function isUntested({ outcome }: LossVerdict): boolean {
  return outcome === 'not tested'
}
