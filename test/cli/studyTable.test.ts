import { describe, expect, it } from 'vitest'
import { studyText } from '../../cli/studyTable.ts'
import { differencesBetween, type StudyReport, summarize } from '../../train/index.ts'

/** A report on one pair of networks, from top-1 by method and seed. */
function reportOf(methods: Record<string, readonly number[]>): StudyReport {
  const cells = Object.entries(methods)
  return {
    pairs: [
      {
        pair: 'resnet20-resnet8',
        methods: cells.map(([method, values]) => {
          const top1 = values.length > 0 ? summarize(values) : undefined
          return { method, planned: 5, last: top1, best: top1 }
        }),
        differences: differencesBetween(
          new Map(cells.map(([method, values]) => [method, new Map(values.entries())])),
        ),
      },
    ],
    bestOn: ['validation'],
    missing: [],
    unfinished: [],
  }
}

/** The cells of the rows of all tables. */
function rowsOf(text: string): string[][] {
  const rows = text.split('\n').filter((line) => line.startsWith('│'))
  return rows.map((row) =>
    row
      .split('│')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

describe('the text of a report', () => {
  it('should show means, deviations and p-values before and after correction', () => {
    const text = studyText(
      reportOf({
        alone: [89.72, 85.56, 92.78, 90.0, 89.44],
        kd: [93.06, 94.17, 97.22, 94.72, 93.06],
        dtkd: [94.17, 95.56, 96.67, 93.61, 93.61],
      }),
    )
    const pair = 'resnet20-resnet8'
    expect(rowsOf(text)).toEqual([
      ['pair', 'method', 'seeds', 'last epoch', 'best epoch'],
      [pair, 'alone', '5 of 5', '89.50 ± 2.58', '89.50 ± 2.58'],
      [pair, 'kd', '5 of 5', '94.45 ± 1.71', '94.45 ± 1.71'],
      [pair, 'dtkd', '5 of 5', '94.72 ± 1.35', '94.72 ± 1.35'],
      ['pair', 'methods', 'n', 'difference', 'sign-flip p', 't-test p'],
      [pair, 'kd − alone', '5', '+4.95', '0.063 (0.19)', '0.0065 (0.020)'],
      [pair, 'dtkd − alone', '5', '+5.22', '0.063 (0.19)', '0.012 (0.024)'],
      [pair, 'dtkd − kd', '5', '+0.28', '0.69 (0.69)', '0.59 (0.59)'],
    ])
    expect(text).toContain('\nBest epochs were chosen on the validation images.\n')
    expect(text).toContain('\nWith n = 5 no sign-flip p can be below 0.0625.')
  })

  it('should say that there are too few seeds instead of a p-value', () => {
    const rows = rowsOf(studyText(reportOf({ kd: [70, 71], dtkd: [71, 70.5], at: [72] })))
    expect(rows.slice(-3)).toEqual([
      ['resnet20-resnet8', 'dtkd − kd', '2', '+0.25', 'too few seeds', 'too few seeds'],
      ['resnet20-resnet8', 'at − kd', '1', '+2.00', 'too few seeds', 'too few seeds'],
      ['resnet20-resnet8', 'at − dtkd', '1', '+1.00', 'too few seeds', 'too few seeds'],
    ])
  })

  it('should show a dash where a test is not defined or no run has ended, and no table of differences without any', () => {
    const equal = rowsOf(studyText(reportOf({ kd: [70, 71, 72], dtkd: [69, 70, 71] })))
    expect(equal.at(-1)).toEqual(['resnet20-resnet8', 'dtkd − kd', '3', '−1.00', '0.25 (0.25)', '–'])
    expect(rowsOf(studyText(reportOf({ kd: [70], dtkd: [] })))).toEqual([
      ['pair', 'method', 'seeds', 'last epoch', 'best epoch'],
      ['resnet20-resnet8', 'kd', '1 of 5', '70.00', '70.00'],
      ['resnet20-resnet8', 'dtkd', '0 of 5', '–', '–'],
    ])
  })
})
