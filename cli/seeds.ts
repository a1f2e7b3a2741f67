import { join } from 'node:path'
import { freePath, makeEmptyFolder } from '../base/files/folder.ts'
import type { TrainingOptions } from './options.ts'
import type { Output } from './output.ts'
import { writeResult } from './results.ts'
import { seedsTable, summaryOf, type TopOne } from './table.ts'

/** The folder for the results of one of several seeds. */
export function seedFolder(out: string, seed: number): string {
  return join(out, `seed${seed}`)
}

/**
 * Runs `work` for the seed of a command, or sequentially for each of its seeds, in the folders `seed1`, … of `--out`. Without
 * `--out`, the folder is a new one of this name in `runs/`.
 */
export async function forEachSeed<T>(
  { seed, seeds, out, resume }: TrainingOptions,
  name: string,
  work: (seed: number, folder: string) => Promise<T>,
): Promise<T[]> {
  if (seeds === undefined) return [await work(seed, out ?? freePath(join('runs', `${name}-seed${seed}`)))]
  const folder = out ?? freePath(join('runs', name))
  if (!resume) await makeEmptyFolder(folder)
  const results: T[] = []
  for (const each of seeds) results.push(await work(each, seedFolder(folder, each)))
  return results
}

/** Writes the summary over several seeds, given the results of each; writes nothing for a single seed. */
export function writeSummaries(
  output: Output,
  options: TrainingOptions,
  bySeed: readonly (readonly TopOne[])[],
): void {
  if (options.seeds === undefined) return
  const summaries = bySeed[0].map((_, index) => summaryOf(bySeed.map((results) => results[index])))
  const text = `\nover seeds ${options.seeds.join(', ')}: mean ± sample standard deviation\n${seedsTable(summaries)}`
  writeResult(output, options, { seeds: options.seeds, summaries }, text)
}
