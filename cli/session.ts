import { type Dataset, openDataset } from '../datasets/index.ts'
import { openExecutor, useExecutor } from '../engine/index.ts'
import { type Environment, environmentOf } from '../train/index.ts'
import type { CommonOptions } from './options.ts'

/** What a command computes on: the data set, and the executor, which from now on is the current one. */
export async function openSession(
  options: Pick<CommonOptions, 'dataset' | 'data' | 'device'>,
): Promise<{ dataset: Dataset; environment: Environment }> {
  const choice = await openExecutor(options.device)
  useExecutor(choice.executor)
  const dataset = await openDataset(options.dataset, { data: options.data })
  return { dataset, environment: environmentOf(choice) }
}
