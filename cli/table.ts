import Table from 'cli-table3'
import { type Result, type Summary, summarize } from '../train/index.ts'
import { meanAndDeviation, percent, shortFingerprint, titleOf } from './text.ts'

/** The results of a comparison for people. */
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

/** How a training ended, without what is of one seed alone. */
export type TopOne = Pick<Result, 'name' | 'model' | 'last' | 'best'>

/** What one training came to with several seeds: test top-1 in percent. */
export interface SeedsSummary {
  readonly name: string
  readonly model: string
  readonly last: Summary
  readonly best?: Summary
}

/** The same training with several seeds, taken together. */
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

/** Trainings with several seeds for people. */
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
