import { Command } from 'commander'
import { datasetInfos, datasetNames } from '../datasets/index.ts'
import { openExecutor, type PlanSummary } from '../engine/index.ts'
import { distiller, distillerNames } from '../kd/index.ts'
import { modelNames } from '../nn/index.ts'
import { environmentOf, estimateStep } from '../train/index.ts'
import { deviceOption, jsonOption, positiveInteger } from './options.ts'
import type { Output } from './output.ts'
import { writeResult } from './results.ts'

interface Options {
  readonly device: string
  readonly plan?: boolean
  readonly teacher: string
  readonly student: string
  readonly batchSize: number
  readonly json?: boolean | undefined
}

export function infoCommand(output: Output): Command {
  return new Command('info')
    .summary('show versions, the executor, and the names of everything')
    .description(
      'Prints versions, the executor in use and why, and the names of all networks, methods and data sets.',
    )
    .option('--plan', 'also plan a distillation step on CIFAR-100 and print its kernels and memory')
    .option('--teacher <network>', 'teacher of the planned step', 'resnet32x4')
    .option('--student <network>', 'student of the planned step', 'resnet8x4')
    .option('--batch-size <count>', 'batch size of the planned step', positiveInteger, 64)
    .addOption(deviceOption())
    .addOption(jsonOption())
    .action((options: Options) => inform(options, output))
}

async function inform(options: Options, output: Output): Promise<void> {
  const choice = await openExecutor(options.device)
  const environment = environmentOf(choice)
  const { teacher, student, batchSize } = options
  const step = { teacher, student, batchSize, classes: 100, image: [3, 32, 32] } as const
  const plan = options.plan ? await estimateStep(choice.executor, step) : undefined
  const methods = Object.fromEntries(distillerNames.map((name) => [name, distiller(name).description]))
  const { thermograd, node, platform, cores, executor, executorReason, executorModes } = environment
  const text = [
    `thermograd ${thermograd}, Node ${node}, ${platform}, ${cores} cores`,
    `executor: ${executor}, ${executorReason}`,
    ...Object.entries(executorModes).map(([name, mode]) => `  ${name}: ${describe(mode)}`),
    'data sets (see "thermograd data list" for the files that each needs):',
    ...datasetInfos.map(({ name, description }) => `  ${name.padEnd(16)}${description}`),
    `networks: ${modelNames.join(', ')}`,
    'methods:',
    ...Object.entries(methods).map(([name, description]) => `  ${name.padEnd(16)}${description}`),
    ...(plan ? planText(options, plan) : []),
  ].join('\n')
  const result = { environment, datasets: datasetNames, models: modelNames, methods, plan }
  writeResult(output, options, result, text)
}

/** Formats an executor mode in a word or two. */
function describe(mode: unknown): string {
  if (typeof mode === 'boolean') return mode ? 'on' : 'off'
  return typeof mode === 'object' ? Object.values(mode ?? {}).join(' × ') : String(mode)
}

function planText({ teacher, student, batchSize }: Options, plan: PlanSummary): string[] {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  return [
    `a DTKD step, ${teacher} to ${student}, batch ${batchSize}:`,
    `  ${plan.operations} operations in ${plan.kernels} kernels`,
    plan.arenaBytes > 0
      ? `  ${megabytes(plan.arenaBytes)} at most for intermediate values`
      : '  no preallocated memory: every operation allocates its own',
    `  ${megabytes(plan.residentBytes)} for weights, running statistics and momenta`,
    ...(plan.invariantKernels > 0
      ? [
          `  ${megabytes(plan.invariantBytes)} for the results of ${plan.invariantKernels} of the kernels, ` +
            'which run only after a weight that they read has changed',
        ]
      : []),
  ]
}
