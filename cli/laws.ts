import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Command } from 'commander'
import { InvalidInputError } from '../base/errors.ts'
import {
  checkLaws,
  formatReport,
  type HostLoss,
  type LossReport,
  type ProfileName,
  profileNames,
  profileOf,
} from '../kd/laws/index.ts'
import { Broken } from './broken.ts'
import { jsonOption, positiveInteger, positiveNumber, wholeNumber } from './options.ts'
import type { Output } from './output.ts'
import { writeResult } from './results.ts'

interface Options {
  readonly profile: ProfileName
  readonly runs: number
  readonly seed?: number
  readonly temperature: number
  readonly timeLimit: number
  readonly json?: boolean | undefined
}

export function lawsCommand(output: Output): Command {
  return new Command('laws')
    .argument('<file>', 'module whose default export is the loss')
    .summary('test your own distillation loss against the laws of its kind')
    .description(
      'Tests a loss against the laws of a profile. The loss is the default export of a JavaScript or TypeScript module: ' +
        'a function of student logits (number[][]), teacher logits and labels that returns the mean over the batch, or ' +
        'an object with such a function as `loss` and, optionally, `gradient`, `teacherGradient`, `temperatures`, ' +
        '`perSample`, `terms`, `atEpoch` and `sharpness`. Exits with 1 if a law is broken.',
    )
    .option('--profile <name>', `kind of loss: one of ${profileNames.join(', ')}`, 'kd')
    .option('--runs <count>', 'number of random cases per law', positiveInteger, 100)
    .option('--seed <number>', 'seed of the random cases (default: a different one each time)', wholeNumber)
    .option('--temperature <value>', 'reference temperature τ', positiveNumber, 4)
    .option('--time-limit <seconds>', 'time limit for each call of an asynchronous loss', positiveNumber, 10)
    .addOption(jsonOption())
    .addHelpText('after', helpOnProfiles)
    .action((file: string, options: Options) => hold(file, options, output))
}

async function hold(file: string, options: Options, output: Output): Promise<void> {
  const { profile, runs, seed, temperature, timeLimit } = options
  // Reports an unknown profile before the file is executed.
  profileOf(profile, temperature)
  const report = await printingToStderr(output, async () =>
    checkLaws(await loadLoss(file), profile, { runs, seed, temperature, timeLimit }),
  )
  writeResult(output, options, asData(report), formatReport(report))
  if (!report.holds) throw new Broken()
}

/** Runs `work` with stdout redirected to stderr, so that a loss that prints does not corrupt the report. */
async function printingToStderr<T>(output: Output, work: () => Promise<T>): Promise<T> {
  const { write } = process.stdout
  process.stdout.write = output.stderr.write.bind(output.stderr)
  try {
    return await work()
  } finally {
    process.stdout.write = write
  }
}

async function loadLoss(file: string): Promise<HostLoss> {
  let loaded: { readonly default?: HostLoss }
  try {
    loaded = await import(pathToFileURL(resolve(file)).href)
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split(/\n| imported from /)
    throw new InvalidInputError(`laws: ${file} cannot be loaded: ${reason}`)
  }
  if (loaded.default === undefined) {
    throw new InvalidInputError(
      `laws: expected ${file} to export the loss as default, but it has no default export`,
    )
  }
  return loaded.default
}

/** Returns the part of a report that can be written as JSON. */
function asData({ profile, precision, runs, seed, verdicts, guess, holds }: LossReport): object {
  const { name, formula, temperature } = profile
  return {
    profile: { name, formula, temperature },
    precision,
    runs,
    seed,
    holds,
    guess,
    verdicts: verdicts.map(({ law, ...verdict }) => {
      const { name, statement, formula } = law
      return { law: name, statement, formula, ...verdict }
    }),
  }
}

const helpOnProfiles = `
Profiles, each a mean over the batch:
  kd                 τ² KL(teacher ‖ student)
  dkd                τ² (TCKD + 8 NCKD)
  dtkd               T_teacher T_student KL at the published temperatures, for rows whose largest logits are both positive
  dtkd-guarded       the same, with τ for both temperatures in all other rows
  dtkd-exact         the same, at temperatures of equal sharpness
  dtkd-detached      dtkd, with no gradient through the temperatures
  crossEntropy       cross entropy of the student with the labels
  …-total            with the authors' other terms and weights: 0.9 KD + 0.1 CE; DKD + CE; 3 DTKD + KD + CE

Example:
  thermograd laws mine.ts --profile dtkd --seed 1`
