import { Command, InvalidArgumentError, Option } from 'commander'
import { demand } from '../base/errors.ts'
import { datasetNames } from '../datasets/index.ts'
import { deviceNames } from '../engine/index.ts'
import { type Precision, precisions, type Run } from '../train/index.ts'

/** What every command that computes something takes. */
export interface CommonOptions {
  readonly dataset: string
  readonly data?: string
  readonly limit?: number
  readonly batchSize?: number
  readonly device: string
  readonly json?: boolean
}

/** How a training works. */
export interface Habits {
  readonly allowOtherNumerics?: boolean
  readonly teacherCache?: string
  readonly teacherCachePrecision: Precision
  readonly checkpointSteps?: number
  readonly checkpointMinutes: number
}

/** What every command that trains takes besides. */
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
  return new Option('--device <name>', `what computes: one of ${deviceNames.join(', ')}`)
    .env('THERMOGRAD_DEVICE')
    .default('auto')
}

export function jsonOption(): Option {
  return new Option('--json', 'write JSON lines to stdout instead of text')
}

/** A command with the common options. */
export function commandWithData(name: string, limited: 'training images' | 'test images'): Command {
  return new Command(name)
    .option('--dataset <name>', `one of ${datasetNames.join(', ')}`, 'digits')
    .option('--data <path>', 'where its images lie, if it needs any: see thermograd data list')
    .option('--limit <count>', `use at most this many ${limited}`, positiveInteger)
    .option('--batch-size <count>', 'images a step', positiveInteger)
    .addOption(deviceOption())
    .addOption(jsonOption())
}

/** A command with the common options and those of training. */
export function commandThatTrains(name: string): Command {
  const command = commandWithData(name, 'training images')
    .option('--epochs <count>', 'how often each image is seen', positiveInteger)
    .option('--drop-last', 'leave out the last batch of an epoch if it is smaller than the others')
    .option('--lr <rate>', 'learning rate of the first epoch', positiveNumber)
    .option(
      '--dot <delta>',
      'train by DOT with this much momentum moved to distillation, as 0.075',
      numberFromZero,
      0,
    )
    .option(
      '--validation <count>',
      'hold back so many training images, by which the best epoch is chosen (default: the test images choose it)',
      positiveInteger,
    )
    .option('--seed <number>', 'of everything that is drawn at random', wholeNumber, 0)
    .addOption(
      new Option(
        '--seeds <numbers>',
        'several, with commas between: one after the other, in folders of their own',
      )
        .argParser(distinctNumbers)
        .conflicts('seed'),
    )
    .option('--out <folder>', 'where the results go, new or empty (default: a new folder in runs/)')
    .option('--resume', 'go on with what was begun in the folder of --out, if anything was')
  for (const option of habitOptions()) command.addOption(option)
  return command
}

/** How a training works, which does not decide what it comes to, unless logits are rounded. */
export function habitOptions(): Option[] {
  return [
    new Option(
      '--teacher-cache <folder>',
      "keep the teacher's logits there, for other epochs, students and seeds (methods of logits)",
    ),
    new Option('--teacher-cache-precision <name>', 'how exactly').choices(precisions).default('float32'),
    new Option(
      '--allow-other-numerics',
      'go on with a run also where what computes gives other bits than before: config.json then says from which step',
    ),
    new Option('--checkpoint-steps <count>', 'save what is needed to go on after so many steps').argParser(
      positiveInteger,
    ),
    new Option('--checkpoint-minutes <count>', 'and after so many minutes')
      .argParser(positiveNumber)
      .default(5),
  ]
}

/** How often there are checkpoints, and whether to go on from one. */
export function survivalOf(
  options: TrainingOptions,
): Pick<Run, 'resume' | 'allowOtherNumerics' | 'saveEvery'> {
  const { resume, out, allowOtherNumerics } = options
  demand(!resume || out !== undefined, () => '--resume: expected --out, which says what to go on with')
  return { resume, allowOtherNumerics, saveEvery: saveEveryOf(options) }
}

export function saveEveryOf({ checkpointSteps, checkpointMinutes }: Habits): Run['saveEvery'] {
  return { everySteps: checkpointSteps, everyMinutes: checkpointMinutes }
}

/** Where the teacher's logits are kept, if that was asked for. */
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

/** A number of a port, or 0 for any that is free. */
export function port(text: string): number {
  const number = wholeNumber(text)
  if (number <= 65535) return number
  throw new InvalidArgumentError('Expected a port, from 0 to 65535.')
}
