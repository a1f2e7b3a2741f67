import { Command } from 'commander'
import { datasetNames } from '../datasets/index.ts'
import { openExecutor } from '../engine/index.ts'
import { distiller, distillerNames } from '../kd/index.ts'
import { modelNames } from '../nn/index.ts'
import { environmentOf } from '../train/index.ts'
import { deviceOption, jsonOption } from './options.ts'
import type { Output } from './output.ts'
import { writeResult } from './report.ts'

interface Options {
  readonly device: string
  readonly json?: boolean
}

export function infoCommand(output: Output): Command {
  return new Command('info')
    .summary('say what there is and what would compute')
    .description(
      'Versions, the executor that would compute, and the networks, methods and data sets by name.',
    )
    .addOption(deviceOption())
    .addOption(jsonOption())
    .action((options: Options) => inform(options, output))
}

async function inform(options: Options, output: Output): Promise<void> {
  const environment = environmentOf(await openExecutor(options.device))
  const methods = Object.fromEntries(distillerNames.map((name) => [name, distiller(name).description]))
  const { thermograd, node, platform, cores, executor, executorReason } = environment
  const text = [
    `thermograd ${thermograd}, Node ${node}, ${platform}, ${cores} cores`,
    `executor: ${executor}, ${executorReason}`,
    `data sets: ${datasetNames.join(', ')}`,
    `networks: ${modelNames.join(', ')}`,
    'methods:',
    ...Object.entries(methods).map(([name, description]) => `  ${name.padEnd(16)}${description}`),
  ].join('\n')
  writeResult(output, options, { environment, datasets: datasetNames, models: modelNames, methods }, text)
}
