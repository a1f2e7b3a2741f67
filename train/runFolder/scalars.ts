import type { EpochMetrics } from '../loop/observer.ts'

/** Returns the numbers of an epoch by name, grouped with slashes as other tools expect: `train/loss`, `test/top1`. */
export function scalarsOfEpoch({
  lr,
  train,
  test,
  validation,
  distribution,
  guardedRows,
  seconds,
  imagesPerSecond,
}: EpochMetrics): Record<string, number> {
  const grouped = (group: string, numbers: object) =>
    Object.entries(numbers).map(([name, value]) => [`${group}/${name}`, value])
  return Object.fromEntries([
    ...grouped('train', { ...train, guardedRows }),
    ...grouped('test', test),
    ...grouped('validation', validation ?? {}),
    ...Object.entries(distribution).map(([name, quantiles]) => [`median/${name}`, quantiles[3]]),
    ...grouped('run', { lr, seconds, imagesPerSecond }),
  ])
}

/** Serialises all epochs as comma-separated values: a header, then one line per epoch. */
export function csvOf(epochs: readonly EpochMetrics[]): string {
  const rows = epochs.map(
    (metrics): Record<string, number> => ({ epoch: metrics.epoch, ...scalarsOfEpoch(metrics) }),
  )
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return [names, ...rows.map((row) => names.map((name) => row[name] ?? ''))]
    .map((cells) => `${cells.join(',')}\n`)
    .join('')
}
