import { join } from 'node:path'
import type { Command } from 'commander'
import type { Dataset } from '../datasets/index.ts'
import { InvalidInputError } from '../engine/errors.ts'
import { distiller, distillerNames } from '../kd/index.ts'
import { freePath, loadTeacher, resolveRecipe, run, type Teacher } from '../train/index.ts'
import { defaultsFor } from './defaults.ts'
import { type Settings, setOption } from './methods.ts'
import { commandThatTrains, survivalOf, type TrainingOptions } from './options.ts'
import type { Output } from './output.ts'
import { withProgress, writeResult } from './report.ts'
import { openSession } from './session.ts'
import { stoppable } from './stopping.ts'
import { teachersOption, weightsIn } from './teachers.ts'
import { describe, percent } from './text.ts'

interface Options extends TrainingOptions {
  readonly model?: string
  readonly method: string
  readonly set: Settings
  readonly teacher?: string
  readonly teacherWeights?: string
  readonly teachers?: string
}

export function trainCommand(output: Output): Command {
  return commandThatTrains('train')
    .summary('train one network, alone or by a teacher')
    .description('Trains one network by one method and evaluates it on the test images after each epoch.')
    .option('--model <name>', 'the network (default: the student that distill would train)')
    .option('--method <name>', `one of ${distillerNames.join(', ')}`, 'alone')
    .addOption(setOption('name=value'))
    .option('--teacher <name>', 'network of the teacher (default: the one that distill would train)')
    .option('--teacher-weights <file>', 'its weights, .safetensors or .pth')
    .addOption(teachersOption())
    .action((options: Options) => trainOne(options, output))
}

async function trainOne(options: Options, output: Output): Promise<void> {
  const { seed, limit, method, set, dot } = options
  const { dataset, environment } = await openSession(options, output)
  const { student, ...defaults } = defaultsFor(dataset)
  const {
    model = student,
    epochs = defaults.epochs,
    batchSize = defaults.batchSize,
    lr = defaults.lr,
  } = options
  const recipe = resolveRecipe({ epochs, batchSize, lr, dot })
  const { needsTeacher } = distiller(method, set)
  const teacher = needsTeacher ? await openTeacher(options, dataset) : undefined
  const name = [dataset.name, model, ...(needsTeacher ? [method] : []), `seed${seed}`].join('-')
  const folder = options.out ?? freePath(join('runs', name))
  const survival = survivalOf(options)
  const { last, best, fingerprint } = await withProgress(output, options, (progress) =>
    stoppable((signal) =>
      run({
        folder,
        dataset,
        model,
        method,
        options: set,
        teacher,
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

/** The teacher with its weights, which must be given: only `distill` trains one. */
function openTeacher(options: Options, dataset: Dataset): Promise<Teacher> {
  const { method, teachers, teacher = defaultsFor(dataset).teacher } = options
  const weights = options.teacherWeights ?? weightsIn(teachers, { dataset: dataset.name, model: teacher })
  if (weights === undefined) {
    throw new InvalidInputError(
      `train: the method ${method} needs a teacher: give --teacher-weights or --teachers, or let ` +
        '"thermograd distill" train one',
    )
  }
  return loadTeacher(dataset, teacher, weights)
}
