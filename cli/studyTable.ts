import Table from 'cli-table3'
import { type Difference, fewestPairs, type StudyReport } from '../train/index.ts'
import { meanAndDeviation } from './text.ts'

/** Formats the report of a study as text. */
export function studyText(report: StudyReport): string {
  const differences = report.pairs.flatMap(({ pair, differences }) =>
    differences.map((difference) => ({ pair, ...difference })),
  )
  const planned = report.pairs
    .flatMap(({ methods }) => methods)
    .reduce((sum, { planned }) => sum + planned, 0)
  const parts = [
    'Test top-1 in percent: mean ± sample standard deviation (n − 1) over seeds.',
    ...(report.bestOn.length > 0
      ? [`Best epochs were chosen on the ${report.bestOn.join(' and ')} images.`]
      : []),
    resultTable(report),
    ...(differences.length > 0 ? [explanation, differenceTable(differences), ...limitOf(differences)] : []),
    ...listed('not started', report.missing, planned),
    ...listed('not finished', report.unfinished, planned),
  ]
  return parts.join('\n')
}

const explanation =
  'Differences in top-1 after the last epoch, paired by seed; two-sided p-values, with Holm’s correction for all ' +
  'differences of the pair in parentheses.'

function resultTable({ pairs }: StudyReport): string {
  const table = new Table({
    head: ['pair', 'method', 'seeds', 'last epoch', 'best epoch'],
    colAligns: ['left', 'left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  })
  for (const { pair, methods } of pairs) {
    for (const { method, planned, last, best } of methods) {
      table.push([
        pair,
        method,
        `${last?.count ?? 0} of ${planned}`,
        meanAndDeviation(last),
        meanAndDeviation(best),
      ])
    }
  }
  return table.toString()
}

function differenceTable(differences: readonly (Difference & { readonly pair: string })[]): string {
  const table = new Table({
    head: ['pair', 'methods', 'n', 'difference', 'sign-flip p', 't-test p'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  })
  for (const { pair, first, second, count, mean, ...tests } of differences) {
    const enough = count >= fewestPairs
    table.push([
      pair,
      `${second} − ${first}`,
      count,
      `${mean < 0 ? '−' : '+'}${Math.abs(mean).toFixed(2)}`,
      enough ? pValue(tests.signFlipP, tests.correctedSignFlipP) : 'too few seeds',
      enough ? pValue(tests.tTestP, tests.correctedTTestP) : 'too few seeds',
    ])
  }
  return table.toString()
}

function pValue(p: number | undefined, corrected: number | undefined): string {
  return p === undefined || corrected === undefined
    ? '–'
    : `${p.toPrecision(2)} (${corrected.toPrecision(2)})`
}

/** With few seeds the exact test has few sign assignments, so even a clear difference cannot be significant. */
function limitOf(differences: readonly Difference[]): string[] {
  const most = Math.max(...differences.map(({ count }) => count))
  if (most < fewestPairs || most > 5) return []
  return [`With n = ${most} no sign-flip p can be below ${2 / 2 ** most}.`]
}

function listed(what: string, folders: readonly string[], planned: number): string[] {
  if (folders.length === 0) return []
  return [`${what}: ${folders.length} of ${planned}`, ...folders.map((folder) => `  ${folder}`)]
}
