import { Command, InvalidArgumentError, Option } from 'commander'
import type { Given } from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { datasetNames } from '../datasets/index.ts'
import { deviceNames } from '../engine/index.ts'
import { type Catalogue, catalogueOf } from '../train/catalogue/catalogue.ts'
import { loadModules, type Precision, precisions, type Run } from '../train/index.ts'

/** The option of `moduleOption`. */
export interface ModuleOptions {
  readonly module?: readonly string[]
}

/** Options of every command that computes something. */
export interface CommonOptions extends ModuleOptions {
  readonly dataset: string
  readonly data?: string | undefined
  readonly limit?: number | undefined
  readonly batchSize?: number | undefined
  readonly device: string
  readonly json?: boolean | undefined
}

/** Options that say how a training run works, not what it trains. */
export interface Habits {
  readonly allowOtherNumerics?: boolean
  readonly teacherCache?: string
  readonly teacherCachePrecision: Precision
  readonly checkpointSteps?: number
  readonly checkpointMinutes: number
}

/** Options of every command that trains. */
export interface TrainingOptions extends CommonOptions, Habits {
  readonly epochs?: number
  readonly dropLast?: boolean
  readonly lr?: number
  readonly dot: number
  readonly validation?: number
  readonly seed: number
  readonly seeds?: readonly number[]
  readonly out?: string
  readonly resume?: boolean
}

export function deviceOption(): Option {
  return new Option('--device <name>', `executor: one of ${deviceNames.join(', ')}`)
    .env('THERMOGRAD_DEVICE')
    .default('auto')
}

/** `--module`, which may be repeated: modules that define networks, methods and data sets. */
export function moduleOption(): Option {
  return new Option(
    '--module <file>',
    'module that exports networks, methods or data sets of your own; may be repeated',
  ).argParser((file: string, before: readonly string[] = []) => [...before, file])
}

/** Loads the modules of a command line, and returns what its names stand for. */
export async function openCatalogue(options: ModuleOptions): Promise<Catalogue> {
  const { module = [] } = options
  await loadModules(module)
  return catalogueOf(module)
}

export function jsonOption(): Option {
  return new Option('--json', 'write JSON lines to stdout instead of text')
}

/** A command with the common options. */
export function commandWithData(name: string, limited: 'training images' | 'test images'): Command {
  return new Command(name)
    .addOption(moduleOption())
    .option('--dataset <name>', `one of ${datasetNames.join(', ')}`, 'digits')
    .option('--data <path>', 'path of its files, if it needs any: see "thermograd data list"')
    .option('--limit <count>', `use at most this many ${limited}`, positiveInteger)
    .option('--batch-size <count>', 'images per step', positiveInteger)
    .addOption(deviceOption())
    .addOption(jsonOption())
}

/** A command with the common options and those of training. */
export function commandThatTrains(name: string): Command {
  const command = commandWithData(name, 'training images')
    .option('--epochs <count>', 'number of epochs', positiveInteger)
    .option('--drop-last', 'skip the last batch of an epoch if it is smaller than the others')
    .option('--lr <rate>', 'initial learning rate', positiveNumber)
    .option(
      '--dot <delta>',
      'use the DOT optimizer, shifting this much momentum to the distillation loss, such as 0.075',
      numberFromZero,
      0,
    )
    .option(
      '--validation <count>',
      'hold out this many training images to select the best epoch (default: select it on the test images)',
      positiveInteger,
    )
    .option('--seed <number>', 'random seed', wholeNumber, 0)
    .addOption(
      new Option(
        '--seeds <numbers>',
        'several seeds, comma-separated: run sequentially, each in its own folder',
      )
        .argParser(distinctNumbers)
        .conflicts('seed'),
    )
    .option('--out <folder>', 'new or empty folder for the results (default: a new folder in runs/)')
    .option('--resume', 'resume the run in the --out folder, if there is one')
  for (const option of habitOptions()) command.addOption(option)
  return command
}

/** Options that say how a training run works; they do not affect its result, except by rounding cached logits. */
export function habitOptions(): Option[] {
  return [
    new Option(
      '--teacher-cache <folder>',
      "folder to cache the teacher's logits in, for other epochs, students and seeds (logit-based methods only)",
    ),
    new Option('--teacher-cache-precision <name>', 'precision of cached logits')
      .choices(precisions)
      .default('float32'),
    new Option(
      '--allow-other-numerics',
      'resume even if this executor gives other bits than before; config.json then records the step',
    ),
    new Option('--checkpoint-steps <count>', 'save a checkpoint every this many steps').argParser(
      positiveInteger,
    ),
    new Option('--checkpoint-minutes <count>', 'save a checkpoint every this many minutes')
      .argParser(positiveNumber)
      .default(5),
  ]
}

/** How often to save checkpoints, and whether to resume from one. */
export function survivalOf(
  options: TrainingOptions,
): Given<Pick<Run, 'resume' | 'allowOtherNumerics' | 'saveEvery'>> {
  const { resume, out, allowOtherNumerics } = options
  demand(!resume || out !== undefined, () => '--resume: expected --out with the folder of the run to resume')
  return { resume, allowOtherNumerics, saveEvery: saveEveryOf(options) }
}

export function saveEveryOf({ checkpointSteps, checkpointMinutes }: Habits): Run['saveEvery'] {
  return { everySteps: checkpointSteps, everyMinutes: checkpointMinutes }
}

/** The teacher cache requested on the command line, if any. */
export function teacherCacheOf(options: Habits): Run['teacherCache'] {
  const { teacherCache: folder, teacherCachePrecision: precision } = options
  return folder === undefined ? undefined : { folder, precision }
}

export function positiveInteger(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) < 1)
    throw new InvalidArgumentError('Expected an integer of 1 or more.')
  return Number(text)
}

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text))) {
    throw new InvalidArgumentError('Expected an integer of 0 or more.')
  }
  return Number(text)
}

/** Parses a count, or a range of counts such as 1-64, from a least one on. */
export function countRange(least: number): (text: string) => { min: number; max: number } {
  return (text) => {
    const [, min, max = min] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? []
    if (!(Number(min) >= least && Number(max) >= Number(min)))
      throw new InvalidArgumentError(
        `Expected an integer of ${least} or more, or a range such as ${least}-64.`,
      )
    return { min: Number(min), max: Number(max) }
  }
}

function distinctNumbers(text: string): number[] {
  const numbers = text.split(',').map(wholeNumber)
  if (new Set(numbers).size < numbers.length) throw new InvalidArgumentError('Expected each number once.')
  return numbers
}

function numberFromZero(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0) || value === Infinity) {
    throw new InvalidArgumentError('Expected a number of 0 or more.')
  }
  return value
}

export function positiveNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value > 0) || value === Infinity) {
    throw new InvalidArgumentError('Expected a number above 0.')
  }
  return value
}

/** Parses a port number; 0 stands for any free port. */
export function port(text: string): number {
  const number = wholeNumber(text)
  if (number <= 65535) return number
  throw new InvalidArgumentError('Expected a port, from 0 to 65535.')
}
