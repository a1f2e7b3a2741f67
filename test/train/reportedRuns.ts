import { join } from 'node:path'
import { openExecutor } from '../../engine/index.ts'
import { environmentOf, newNetwork, resolveHyperparameters, run } from '../../train/index.ts'
import { temporaryFolder } from './temporaryFolder.ts'
import { tinyDataset } from './tinyNetwork.ts'

/** A folder with runs of two epochs: a student alone and one with DTKD, whose images and classes are tiny. */
export async function reportedRuns(): Promise<string> {
  const folder = await temporaryFolder()
  const dataset = tinyDataset()
  const network = newNetwork('resnet8', dataset, 9)
  for (const method of ['alone', 'dtkd']) {
    await run({
      folder: join(folder, `student-${method}`),
      dataset,
      model: 'resnet8',
      method,
      teacher: method === 'alone' ? undefined : { model: 'resnet8', network, source: 'teacher.safetensors' },
      hyperparameters: resolveHyperparameters({ epochs: 2, batchSize: 8 }),
      seed: 5,
      validation: 4,
      environment: environmentOf(await openExecutor('auto')),
    })
  }
  return folder
}
