import { dirname } from 'node:path'
import type { Command } from 'commander'
import { distillerNames } from '../kd/index.ts'
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
    .summary('train one network, alone or by a teacher')
    .description(
      'Trains one network by one method and evaluates it on the test images after each epoch. What decides a run is a ' +
        'recipe: --recipe, or the one that the data set is usually distilled with; over it goes --set, and over both ' +
        'go the other options. The run folder has it as recipe.yaml.',
    )
    .option('--recipe <name|file>', 'a recipe by its name (see "thermograd recipes") or out of a YAML file')
    .option('--model <name>', 'the network (default: the student that distill would train)')
    .option(
      '--method <name>',
      `one of ${distillerNames.join(', ')} (default: alone, or what the recipe says)`,
    )
    .addOption(setOption('any value of the recipe, as training.momentum=0.8 or method.alpha=2'))
    .option('--teacher <name>', 'network of the teacher (default: the one that distill would train)')
    .option('--teacher-weights <file>', 'its weights, .safetensors or .pth')
    .addOption(teachersOption())
    .action((options: Options, command: Command) => trainOne(options, command, output))
}

async function trainOne(options: Options, command: Command, output: Output): Promise<void> {
  const survival = survivalOf(options)
  const recipe = await recipeOf(command)
  const { dataset, environment } = await openSession({ ...options, ...recipe }, output)
  const opened = await openRecipe(recipe, { dataset, teachers: options.teachers })
  const { model, method, teacher } = opened
  const name = [dataset.name, model, ...(teacher ? [method] : [])].join('-')
  const bySeed = await forEachSeed({ ...options, seed: recipe.seed }, name, async (seed, folder) => {
    const result = await withProgress(output, options, (progress) =>
      stoppable(howToGoOn(options, folder), (signal) =>
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

/** Whatever else was said stands in the folder. */
function howToGoOn({ out, seeds }: Options, folder: string): string {
  if (seeds === undefined) return `with --out ${folder} --resume`
  return `with --seeds ${seeds} --out ${out ?? dirname(folder)} --resume`
}
