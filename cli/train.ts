import { dirname } from 'node:path'
import type { Command } from 'commander'
import { distillerNames } from '../kd/index.ts'
import { catalogueOf } from '../train/catalogue/catalogue.ts'
import { openRecipe, run } from '../train/index.ts'
import { commandThatTrains, survivalOf, type TrainingOptions, teacherCacheOf } from './options.ts'
import type { Output } from './output.ts'
import { recipeOf } from './recipe.ts'
import { withProgress, writeResult } from './results.ts'
import { forEachSeed, writeSummaries } from './seeds.ts'
import { openSession } from './session.ts'
import { setOption } from './set.ts'
import { stoppable } from './stopping.ts'
import { teachersOption } from './teachers.ts'
import { describeResult } from './text.ts'

interface Options extends TrainingOptions {
  readonly teachers?: string
}

export function trainCommand(output: Output): Command {
  return commandThatTrains('train')
    .summary('train one network, alone or with a teacher')
    .description(
      'Trains one network by one method and evaluates it on the test images after each epoch. A recipe determines the ' +
        'run. Precedence, lowest first: --recipe or the default recipe of the data set, --set, other options. The run ' +
        'folder keeps the recipe as recipe.yaml.',
    )
    .option('--recipe <name|file>', 'name of a recipe (see "thermograd recipes") or a YAML file')
    .option('--model <name>', 'network to train (default: the student of distill)')
    .option('--method <name>', `one of ${distillerNames.join(', ')} (default: alone, or that of the recipe)`)
    .addOption(setOption('set any value of the recipe, such as training.momentum=0.8 or method.alpha=2'))
    .option('--teacher <name>', 'network of the teacher (default: the teacher of distill)')
    .option('--teacher-weights <file>', "the teacher's weights, .safetensors or .pth")
    .addOption(teachersOption())
    .action((options: Options, command: Command) => trainOne(options, command, output))
}

async function trainOne(options: Options, command: Command, output: Output): Promise<void> {
  const survival = survivalOf(options)
  const recipe = await recipeOf(command)
  const { datasets } = catalogueOf(recipe.module)
  const session = { ...options, ...recipe, dataset: datasets.named(recipe.dataset) }
  const { dataset, environment } = await openSession(session, output)
  const opened = await openRecipe(recipe, { dataset, teachers: options.teachers })
  const { teacher } = opened
  const { model } = recipe.student
  const { name: method } = recipe.method
  const name = [dataset.name, model, ...(teacher ? [method] : [])].join('-')
  const bySeed = await forEachSeed({ ...options, seed: recipe.seed }, name, async (seed, folder) => {
    const result = await withProgress(output, options, (progress) =>
      stoppable(howToResume(options, folder), (signal) =>
        run({
          ...opened,
          folder,
          teacherCache: teacherCacheOf(options),
          seed,
          environment,
          observer: progress.observe(model),
          signal,
          ...survival,
        }),
      ),
    )
    const { last, best, bestOn, fingerprint } = result
    writeResult(
      output,
      options,
      { seed, last, best, bestOn, fingerprint, folder },
      describeResult(result, folder),
    )
    const [top1, ofBest] = [last.test.top1, { top1: best.test.top1, epoch: best.epoch }]
    return [{ name: `student-${method}`, model, last: top1, best: ofBest }]
  })
  writeSummaries(output, options, bySeed)
}

/** The options that resume the run; all others are saved in the folder. */
function howToResume({ out, seeds }: Options, folder: string): string {
  if (seeds === undefined) return `with --out ${folder} --resume`
  return `with --seeds ${seeds} --out ${out ?? dirname(folder)} --resume`
}
