import type { Command } from 'commander'
import { Loader } from '../datasets/index.ts'
import { evaluate, newNetwork, restoreWeights } from '../train/index.ts'
import { type CommonOptions, commandWithData, openCatalogue } from './options.ts'
import type { Output } from './output.ts'
import { writeResult } from './results.ts'
import { openSession } from './session.ts'
import { describe } from './text.ts'

interface Options extends CommonOptions {
  readonly model: string
  readonly weights: string
}

export function evaluateCommand(output: Output): Command {
  return commandWithData('evaluate', 'test images')
    .summary('evaluate saved weights on the test images')
    .description('Evaluates a network with saved weights on the test images.')
    .requiredOption('--model <name>', 'the network')
    .requiredOption('--weights <file>', "its weights, .safetensors or .pth, such as a run's last.safetensors")
    .action((options: Options) => evaluateWeights(options, output))
}

async function evaluateWeights(options: Options, output: Output): Promise<void> {
  const { model, weights, limit, batchSize = 64 } = options
  const { networks, datasets } = await openCatalogue(options)
  const session = { ...options, dataset: datasets.named(options.dataset) }
  const { dataset } = await openSession(session, output)
  const network = newNetwork(networks.named(model), dataset)
  await restoreWeights(network, weights)
  const images = new Loader(dataset.test, { batchSize, limit })
  const start = performance.now()
  const evaluation = await evaluate(network, images)
  const seconds = (performance.now() - start) / 1000
  writeResult(
    output,
    options,
    { model, weights, dataset: dataset.name, images: images.length, ...evaluation, seconds },
    `${describe(evaluation)} on ${images.length} images (${(images.length / seconds).toFixed(0)} images/s)`,
  )
}
