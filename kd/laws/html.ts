import type { LossReport } from './check.ts'
import { escaped } from './markup.ts'
import { formatVerdict, likelyCause } from './report.ts'
import { isBad, type LossVerdict } from './verdict.ts'

/** Formats a report as a self-contained HTML page: the conclusion, and each law with its formula and what came of it. */
export function formatHtml({ profile, precision, verdicts, runs, seed, guess, holds }: LossReport): string {
  const bad = verdicts.filter(isBad)
  const others = verdicts.filter((verdict) => !isBad(verdict))
  const title = `${profile.name}, τ = ${profile.temperature}: ${holds ? 'all laws hold' : `${bad.length} laws are broken`}`
  const section = (verdict: LossVerdict) => {
    const { law, outcome } = verdict
    const details = [
      law.statement,
      law.matters,
      `Conditions: ${law.conditions}.`,
      `Tolerance: ${law.tolerance}.`,
    ]
    return `<details class="${isBad(verdict) ? 'bad' : outcome.replaceAll(' ', '-')}"${isBad(verdict) ? ' open' : ''}>
<summary><b>${escaped(law.name)}</b> <span>${escaped(outcome)}</span></summary>
<p class="formula">${escaped(law.formula.replace('the formula of the profile', profile.formula))}</p>
${details.map((text) => `<p>${escaped(text)}</p>`).join('\n')}
${outcome === 'holds' ? '' : `<pre>${escaped(formatVerdict(verdict, profile))}</pre>`}
</details>`
  }
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${style}</style>
<h1>${escaped(title)}</h1>
<p class="formula">${escaped(profile.formula)}</p>
<p>${runs} cases for each law, seed ${seed}; the loss computes in ${precision}.</p>
${holds ? '' : `<pre>${escaped(likelyCause(bad, guess))}</pre>`}
${[...bad, ...others].map(section).join('\n')}
</html>
`
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
details { border-left: 0.3rem solid #3a9d5d; margin: 0.4rem 0; padding: 0.1rem 0.8rem }
details.bad { border-color: #d43f3a }
details.broken-as-declared { border-color: #5a8fd4 }
details.not-tested { border-color: #999 }
summary { cursor: pointer }
summary span { float: right; opacity: 0.7 }
pre { white-space: pre-wrap; overflow-wrap: anywhere }
.formula { font-family: ui-monospace, monospace }
`
