import { Command, Option } from 'commander'
import { demand } from '../../base/errors.ts'
import { writeFileAtomically } from '../../base/files/writeFile.ts'
import {
  type CountRange,
  checkLaws,
  familyOf,
  formatHtml,
  formatJUnit,
  formatReport,
  formatStatistics,
  type LossReport,
  type Precision,
  type ProfileFamily,
  precisions,
  processLoss,
  profileNames,
  type ShapeName,
  shapeNames,
} from '../../kd/laws/index.ts'
import { Broken } from '../broken.ts'
import { countRange, jsonOption, positiveInteger, positiveNumber, wholeNumber } from '../options.ts'
import type { Output } from '../output.ts'
import { writeResult } from '../results.ts'
import { isFile, type LossModule, loadLoss, loadProfile } from './modules.ts'
import { initCommand } from './scaffold.ts'
import { watched } from './watchdog.ts'

interface Options {
  readonly command?: string
  readonly shape?: ShapeName
  readonly profile?: string
  readonly law?: readonly string[]
  readonly rows?: CountRange
  readonly replay?: string
  readonly html?: string
  readonly junit?: string
  readonly classes?: CountRange
  readonly runs: number
  readonly seed?: number
  readonly temperature: number
  readonly dtype?: Precision
  readonly timeLimit: number
  readonly statistics?: boolean
  readonly json?: boolean | undefined
}

export function lawsCommand(output: Output): Command {
  return new Command('laws')
    .argument('[file]', 'module whose default export is the loss')
    .option(
      '--command <line>',
      'check the loss that this command line computes, in any language, instead of a module',
    )
    .summary('test your own distillation loss against the laws of its kind')
    .description(
      'Tests a loss against the laws of a profile. The loss is the default export of a JavaScript or TypeScript module: ' +
        'a function of student logits (number[][]), teacher logits and labels that returns the mean over the batch, or ' +
        'an object with such a function as `loss` and, optionally, `gradient`, `teacherGradient`, `temperatures`, ' +
        '`perSample`, `terms`, `atEpoch`, `atTemperature` and `sharpness`. The module may also export its `profile`, and `examples` that ' +
        'are always tried. Exits with 1 if a law is broken.',
    )
    .addOption(
      new Option(
        '--shape <name>',
        'shape of the arguments of --command, if they are not student logits, teacher logits and labels',
      ).choices(shapeNames),
    )
    .option(
      '--profile <name>',
      `kind of loss: one of ${profileNames.join(', ')}, or a module that exports a profile made by defineProfile ` +
        '(default: the `profile` that the module of the loss exports, or kd)',
    )
    .option('--law <name...>', 'check these laws of the profile only')
    .option('--rows <count>', 'number of samples per batch, or a range such as 1-64', countRange(1))
    .option('--classes <count>', 'number of classes, or a range such as 2-100', countRange(2))
    .option('--runs <count>', 'number of random cases per law', positiveInteger, 100)
    .option('--seed <number>', 'seed of the random cases (default: a different one each time)', wholeNumber)
    .option('--temperature <value>', 'reference temperature τ', positiveNumber, 4)
    .addOption(
      new Option(
        '--dtype <name>',
        'precision in which the loss computes (default: as it says, or float64 or float32, as its values show)',
      ).choices(precisions),
    )
    .option('--time-limit <seconds>', 'time limit for each call of the loss', positiveNumber, 10)
    .option('--replay <path>', 'try again only the case that a report names, with its --law and --seed')
    .option('--statistics', 'also write what the cases were, and which kinds of cases never occurred')
    .option('--html <file>', 'also write the report as an HTML page')
    .option('--junit <file>', 'also write the report as JUnit XML, for continuous integration')
    .addOption(jsonOption())
    .addCommand(initCommand(output))
    .addHelpText('after', helpOnProfiles)
    .action((file: string | undefined, options: Options) => hold(file, options, output))
}

async function hold(file: string | undefined, options: Options, output: Output): Promise<void> {
  const { law: laws, html, junit, ...trial } = options
  const report = await printingToStderr(output, async () => {
    const named = await profileNamed(options)
    const { loss, profile, examples, close } = await lossOf(file, options, output)
    try {
      return await checkLaws(loss, named ?? profile ?? 'kd', { ...trial, laws, examples })
    } finally {
      close?.()
    }
  })
  writeResult(output, options, asData(report, options), asText(report, options))
  if (html !== undefined) await writeFileAtomically(html, formatHtml(report))
  if (junit !== undefined) await writeFileAtomically(junit, formatJUnit(report))
  if (!report.holds) throw new Broken()
}

/** Loads the module of a loss, or starts the process that computes it. */
async function lossOf(
  file: string | undefined,
  { command, shape, timeLimit }: Options,
  { stderr }: Output,
): Promise<LossModule & { readonly close?: () => void }> {
  demand(
    (file === undefined) !== (command === undefined),
    () => `laws: expected either a module or --command, got ${file === undefined ? 'none' : 'both'}`,
  )
  demand(
    shape === undefined || command !== undefined,
    () =>
      'laws: expected --command with --shape: a module wraps its loss in tokens, masked, softLabels or severalTeachers',
  )
  if (file !== undefined) {
    const module = await loadLoss(file)
    return { ...module, loss: watched(module.loss, timeLimit) }
  }
  return processLoss(command!, { shape, timeLimit, stderr: (text) => stderr.write(text) })
}

/** Returns the profile that the options name, if any, and reports an unknown one before the loss is loaded. */
async function profileNamed({ profile }: Options): Promise<ProfileFamily | undefined> {
  if (profile === undefined) return undefined
  return isFile(profile) ? loadProfile(profile) : familyOf(profile)
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

function asText(report: LossReport, { statistics }: Options): string {
  return statistics
    ? `${formatReport(report)}\n\n${formatStatistics(report.statistics)}`
    : formatReport(report)
}

/** Returns the part of a report that can be written as JSON. */
function asData(report: LossReport, options: Options): object {
  const { profile, precision, runs, seed, verdicts, guess, holds, statistics } = report
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
    ...(options.statistics && { statistics }),
  }
}

function helpOnProfiles(): string {
  const longest = Math.max(...profileNames.map((name) => name.length))
  const lines = profileNames.map((name) => `  ${name.padEnd(longest)}  ${familyOf(name).at(4).summary}`)
  return `
Profiles:
${lines.join('\n')}

Example:
  thermograd laws mine.ts --profile dtkd --seed 1
  thermograd laws --command "python3 loss.py" --profile kd`
}
