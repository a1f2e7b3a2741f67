import { Command, InvalidArgumentError } from 'commander'
import { distiller } from '../kd/index.ts'
import { catalogueOf } from '../train/catalogue/catalogue.ts'
import {
  arrayIndex,
  openRecipe,
  outcomeOf,
  type PlannedRun,
  plannedRunAt,
  readManifest,
  run,
} from '../train/index.ts'
import {
  deviceOption,
  type Habits,
  habitOptions,
  jsonOption,
  saveEveryOf,
  teacherCacheOf,
  wholeNumber,
} from './options.ts'
import type { Output } from './output.ts'
import { withProgress, writeResult } from './results.ts'
import { openSession } from './session.ts'
import { stoppable } from './stopping.ts'
import { teachersOption } from './teachers.ts'
import { describeResult } from './text.ts'

interface Options extends Habits {
  readonly manifest: string
  readonly index: number | 'auto'
  readonly teachers?: string
  readonly device: string
  readonly json?: boolean | undefined
}

export function runCommand(output: Output): Command {
  const command = new Command('run')
    .summary('execute one line of a manifest of "study plan"')
    .description(
      'Executes one line of a manifest in its run folder. It can be started any number of times: a finished run is left ' +
        'alone, an interrupted run resumes from its newest checkpoint, and a run in progress in another process is an error.',
    )
    .requiredOption('--manifest <file>', 'manifest written by "thermograd study plan"')
    .requiredOption(
      '--index <number>',
      'number of the line, counted from 0, or auto: the array index of Slurm (--array=0-…), Kubernetes or AWS Batch',
      indexOrAuto,
    )
    .addOption(teachersOption())
  for (const option of [...habitOptions(), deviceOption(), jsonOption()]) command.addOption(option)
  return command.action((options: Options) => runLine(options, output))
}

function indexOrAuto(text: string): number | 'auto' {
  if (text === 'auto') return text
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected an integer of 0 or more, or auto.')
  return wholeNumber(text)
}

async function runLine(options: Options, output: Output): Promise<void> {
  const { manifest, index } = options
  const line = index === 'auto' ? arrayIndex(process.env) : index
  const planned = plannedRunAt(await readManifest(manifest), line)
  const outcome = await outcomeOf(planned)
  const before = outcome.state === 'finished'
  const result = before ? outcome.result : await runPlanned(planned, options, output)
  const { last, best, bestOn, fingerprint } = result
  const { id, folder } = planned
  writeResult(
    output,
    options,
    { id, last, best, bestOn, fingerprint, folder },
    `${before ? 'already finished: ' : ''}${describeResult(result, folder)}`,
  )
}

/** Stoppable from the start: a signal that arrives while the images are being read takes effect after the first step. */
function runPlanned({ pair, method, folder, recipe }: PlannedRun, options: Options, output: Output) {
  const { dataset: name, data, seed } = recipe
  return stoppable('with the same command', async (signal) => {
    const { dataset, environment } = await openSession(
      { dataset: catalogueOf(recipe.module).datasets.named(name), data, device: options.device },
      output,
    )
    const opened = await openRecipe(recipe, { dataset, teachers: options.teachers })
    // All lines share one command, so methods that need more than the teacher's logits ignore the cache.
    const { needsFeatures } = distiller(opened.method, opened.options)
    return withProgress(output, options, (progress) =>
      run({
        ...opened,
        folder,
        environment,
        teacherCache: needsFeatures ? undefined : teacherCacheOf(options),
        resume: true,
        allowOtherNumerics: options.allowOtherNumerics,
        saveEvery: saveEveryOf(options),
        observer: progress.observe(`${pair}/${method}/seed${seed}`),
        signal,
      }),
    )
  })
}
