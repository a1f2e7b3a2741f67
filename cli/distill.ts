import { dirname } from 'node:path'
import type { Command } from 'commander'
import { datasets } from '../datasets/builtIn.ts'
import { distillerNames } from '../kd/index.ts'
import { compareMethods, resolveHyperparameters, type Settings } from '../train/index.ts'
import { defaultsFor } from '../train/recipes/defaults.ts'
import {
  commandThatTrains,
  openCatalogue,
  positiveInteger,
  survivalOf,
  type TrainingOptions,
  teacherCacheOf,
} from './options.ts'
import type { Output } from './output.ts'
import type { Progress } from './progress/progress.ts'
import { withProgress, writeResult } from './results.ts'
import { forEachSeed, writeSummaries } from './seeds.ts'
import { openSession } from './session.ts'
import { optionsByMethod, setOption } from './set.ts'
import { stoppable } from './stopping.ts'
import { resultTable } from './table.ts'
import { teachersOption, weightsIn } from './teachers.ts'

interface Options extends TrainingOptions {
  readonly teacher?: string
  readonly teacherWeights?: string
  readonly teachers?: string
  readonly teacherEpochs?: number
  readonly student?: string
  readonly studentImages?: number
  readonly method: string
  readonly set: Settings
}

export function distillCommand(output: Output): Command {
  return commandThatTrains('distill')
    .summary('train a teacher, distil it by several methods, and compare')
    .description(
      'Trains a teacher, then one student per method. The students share their network, images and recipe; only the ' +
        'method differs. Without options, it uses the handwritten digits that ship with thermograd.',
    )
    .option('--teacher <name>', 'network of the teacher')
    .option(
      '--teacher-weights <file>',
      "the teacher's weights, .safetensors or .pth (default: train it first)",
    )
    .addOption(teachersOption())
    .option(
      '--teacher-epochs <count>',
      'number of epochs to train the teacher (default: --epochs)',
      positiveInteger,
    )
    .option('--student <name>', 'network of the students')
    .option(
      '--student-images <count>',
      'train the students on at most this many training images',
      positiveInteger,
    )
    .option('--method <names>', `comma-separated, from ${distillerNames.join(', ')}`, 'alone,kd,dtkd')
    .addOption(setOption('set an option of a method, such as methods.dkd.beta=2'))
    .addHelpText('after', helpOnDefaults)
    .action((options: Options) => distil(options, output))
}

async function distil(options: Options, output: Output): Promise<void> {
  const { limit, validation } = options
  const { networks, methods: known, datasets, modules } = await openCatalogue(options)
  const definition = datasets.named(options.dataset)
  const { dataset, environment } = await openSession({ ...options, dataset: definition }, output)
  const defaults = defaultsFor(definition)
  const teacher = options.teacher ?? defaults.teacher
  const student = options.student ?? defaults.student
  const hyperparametersFor = (epochs: number) => {
    const { batchSize = defaults.batchSize, lr = defaults.lr, dropLast, dot } = options
    return resolveHyperparameters({ epochs, batchSize, dropLast, lr, dot })
  }
  const survival = survivalOf(options)
  const methods = options.method.split(',')
  const compare = (seed: number, folder: string, progress: Progress, signal: AbortSignal) =>
    compareMethods({
      folder,
      dataset,
      teacher: {
        model: networks.named(teacher),
        weights:
          options.teacherWeights ?? weightsIn(options.teachers, { dataset: dataset.name, model: teacher }),
        hyperparameters: hyperparametersFor(options.teacherEpochs ?? options.epochs ?? defaults.epochs),
      },
      student: {
        model: networks.named(student),
        hyperparameters: hyperparametersFor(options.epochs ?? defaults.studentEpochs),
        limit: options.studentImages ?? defaults.studentImages,
      },
      teacherCache: teacherCacheOf(options),
      methods: methods.map((method) => known.named(method)),
      modules,
      options: optionsByMethod(options.set, methods),
      validation,
      seed,
      limit,
      environment,
      observe: (name) => progress.observe(name),
      signal,
      ...survival,
    })
  const name = [dataset.name, teacher, student].join('-')
  const bySeed = await forEachSeed(options, name, async (seed, folder) => {
    const results = await withProgress(output, options, (progress) =>
      stoppable(howToResume(options, folder), (signal) => compare(seed, folder, progress, signal)),
    )
    writeResult(output, options, { seed, results, folder }, `${resultTable(results)}\nrun folder: ${folder}`)
    return results
  })
  writeSummaries(output, options, bySeed)
}

function howToResume({ out, seeds }: Options, folder: string): string {
  return `with the same options, --out ${seeds === undefined ? folder : (out ?? dirname(folder))} and --resume`
}

const digits = defaultsFor(datasets.named('digits'))
const cifar = defaultsFor(datasets.named('cifar100'))

const helpOnDefaults = `
Defaults:
  digits             teacher ${digits.teacher}, ${digits.epochs} epochs; students ${digits.student}, ${digits.studentEpochs} epochs of ${digits.studentImages} images
  cifar100, cifar10  the published recipe: teacher ${cifar.teacher}, students ${cifar.student}, ${cifar.epochs} epochs each

Examples:
  thermograd distill --method alone,dtkd --seed 1
  thermograd distill --dataset cifar100 --data cifar-100-binary.tar.gz --teacher-weights resnet56.safetensors`
