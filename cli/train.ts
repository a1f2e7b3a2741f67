import { join } from 'node:path'
import type { Command } from 'commander'
import { freePath, resolveRecipe, run } from '../train/index.ts'
import { defaultsFor } from './defaults.ts'
import { commandThatTrains, survivalOf, type TrainingOptions } from './options.ts'
import type { Output } from './output.ts'
import { withProgress, writeResult } from './report.ts'
import { openSession } from './session.ts'
import { stoppable } from './stopping.ts'
import { describe, percent } from './text.ts'

interface Options extends TrainingOptions {
  readonly model?: string
}

export function trainCommand(output: Output): Command {
  return commandThatTrains('train')
    .summary('train a network without a teacher')
    .description(
      'Trains one network with cross entropy and evaluates it on the test images after each epoch.',
    )
    .option('--model <name>', 'the network (default: the student that distill would train)')
    .action((options: Options) => trainOne(options, output))
}

async function trainOne(options: Options, output: Output): Promise<void> {
  const { seed, limit } = options
  const { dataset, environment } = await openSession(options, output)
  const { student, ...defaults } = defaultsFor(dataset)
  const {
    model = student,
    epochs = defaults.epochs,
    batchSize = defaults.batchSize,
    lr = defaults.lr,
  } = options
  const recipe = resolveRecipe({ epochs, batchSize, lr })
  const folder = options.out ?? freePath(join('runs', `${dataset.name}-${model}-seed${seed}`))
  const survival = survivalOf(options)
  const { last, best, fingerprint } = await withProgress(output, options, (progress) =>
    stoppable((signal) =>
      run({
        folder,
        dataset,
        model,
        method: 'alone',
        recipe,
        seed,
        limit,
        environment,
        observer: progress.observe(model),
        signal,
        ...survival,
      }),
    ),
  )
  writeResult(
    output,
    options,
    { last, best, fingerprint, folder },
    `${describe(last.test)}; best epoch ${best.epoch} with top-1 ${percent(best.test.top1)}\n` +
      `fingerprint of the weights: ${fingerprint.slice(0, 16)}\nrun folder: ${folder}`,
  )
}
