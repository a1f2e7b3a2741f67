import Table from 'cli-table3'
import { type Result, type Summary, summarize } from '../train/index.ts'
import { meanAndDeviation, percent, shortFingerprint, titleOf } from './text.ts'

/** Formats the results of a comparison as a table. */
export function resultTable(results: readonly Result[]): string {
  const table = new Table({
    head: ['', 'network', 'top-1, last epoch', 'top-1, best epoch', 'fingerprint', 'seconds'],
    colAligns: ['left', 'left', 'right', 'right', 'left', 'right'],
    style: { head: [], border: [] },
  })
  for (const { name, model, last, best, fingerprint, seconds } of results) {
    const bestEpoch = best ? `${percent(best.top1)} (epoch ${best.epoch})` : '–'
    const weights = fingerprint ? shortFingerprint(fingerprint) : '–'
    table.push([titleOf(name), model, percent(last), bestEpoch, weights, seconds.toFixed(1)])
  }
  return table.toString()
}

/** The result of a training run without its seed-specific parts. */
export type TopOne = Pick<Result, 'name' | 'model' | 'last' | 'best'>

/** Test top-1 in percent of one training over several seeds. */
export interface SeedsSummary {
  readonly name: string
  readonly model: string
  readonly last: Summary
  readonly best?: Summary | undefined
}

/** Summarises the results of one training over several seeds. */
export function summaryOf(results: readonly TopOne[]): SeedsSummary {
  const [{ name, model }] = results
  const best = results.flatMap(({ best }) => best?.top1 ?? [])
  return {
    name,
    model,
    last: summarize(results.map(({ last }) => last)),
    best: best.length > 0 ? summarize(best) : undefined,
  }
}

/** Formats summaries over several seeds as a table. */
export function seedsTable(summaries: readonly SeedsSummary[]): string {
  const table = new Table({
    head: ['', 'network', 'seeds', 'top-1, last epoch', 'top-1, best epoch'],
    colAligns: ['left', 'left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  })
  for (const { name, model, last, best } of summaries)
    table.push([titleOf(name), model, last.count, meanAndDeviation(last), meanAndDeviation(best)])
  return table.toString()
}
