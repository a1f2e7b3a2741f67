import Table from 'cli-table3'
import type { Result } from '../train/index.ts'
import { percent, titleOf } from './text.ts'

/** The results of a comparison for people. */
export function resultTable(results: readonly Result[]): string {
  const table = new Table({
    head: ['', 'network', 'top-1, last epoch', 'top-1, best epoch', 'seconds'],
    colAligns: ['left', 'left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  })
  for (const { name, model, last, best, seconds } of results) {
    const bestEpoch = best ? `${percent(best.top1)} (epoch ${best.epoch})` : '–'
    table.push([titleOf(name), model, percent(last), bestEpoch, seconds.toFixed(1)])
  }
  return table.toString()
}
