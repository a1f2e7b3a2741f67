import type { EpochMetrics } from '../loop/observer.ts'

/** The numbers of an epoch by names as other tools group them: `train/loss`, `test/top1`. */
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

/** All epochs as comma-separated values: a line of names, then a line for each epoch. */
export function csvOf(epochs: readonly EpochMetrics[]): string {
  const rows = epochs.map(
    (metrics): Record<string, number> => ({ epoch: metrics.epoch, ...scalarsOfEpoch(metrics) }),
  )
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return [names, ...rows.map((row) => names.map((name) => row[name] ?? ''))]
    .map((cells) => `${cells.join(',')}\n`)
    .join('')
}
