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
  readonly json?: boolean
}

export function lawsCommand(output: Output): Command {
  return new Command('laws')
    .argument('<file>', 'a module whose default export is the loss')
    .summary('hold a distillation loss of your own to the laws of what it claims to be')
    .description(
      'Loads a loss, the default export of a JavaScript or TypeScript module: a function of student logits ' +
        '(number[][]), teacher logits and labels to the mean over the batch, or an object with such a function as ' +
        '`loss`, and perhaps `gradient`, `teacherGradient`, `temperatures`, `perSample`, `terms`, `atEpoch`, ' +
        '`sharpness`. Exits with 1 if a law is broken.',
    )
    .option('--profile <name>', `what it claims to be: one of ${profileNames.join(', ')}`, 'kd')
    .option('--runs <count>', 'cases for each law', positiveInteger, 100)
    .option('--seed <number>', 'of the cases (default: another one each time)', wholeNumber)
    .option('--temperature <value>', 'the reference temperature τ', positiveNumber, 4)
    .option('--time-limit <seconds>', 'for each call of an asynchronous loss', positiveNumber, 10)
    .addOption(jsonOption())
    .addHelpText('after', helpOnProfiles)
    .action((file: string, options: Options) => hold(file, options, output))
}

async function hold(file: string, options: Options, output: Output): Promise<void> {
  const { profile, runs, seed, temperature, timeLimit } = options
  // A profile that does not exist is said before the file is run.
  profileOf(profile, temperature)
  const report = await speakingOnStderr(output, async () =>
    checkLaws(await loadLoss(file), profile, { runs, seed, temperature, timeLimit }),
  )
  writeResult(output, options, asData(report), formatReport(report))
  if (!report.holds) throw new Broken()
}

/** Does work during which everything that is printed goes to stderr: a loss that prints must not spoil the report. */
async function speakingOnStderr<T>(output: Output, work: () => Promise<T>): Promise<T> {
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
    throw new InvalidInputError(`laws: expected ${file} to have the loss as its default export, it has none`)
  }
  return loaded.default
}

/** A report without what only makes sense inside a program. */
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
  dtkd               T_teacher T_student KL at the published temperatures, where both largest logits are positive
  dtkd-guarded       the same, with τ where one is not
  dtkd-exact         at temperatures of equal sharpness
  dtkd-detached      dtkd, with a gradient that does not flow through the temperatures
  crossEntropy       of the student with the labels
  …-total            with the authors' other terms and weights: 0.9 KD + 0.1 CE; DKD + CE; 3 DTKD + KD + CE

Example:
  thermograd laws mine.ts --profile dtkd --seed 1`
