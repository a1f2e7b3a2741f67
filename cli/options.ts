import { Command, InvalidArgumentError, Option } from 'commander'
import { datasetNames } from '../datasets/index.ts'
import { demand } from '../engine/errors.ts'
import { deviceNames } from '../engine/index.ts'
import type { Run } from '../train/index.ts'

/** What every command that computes something takes. */
export interface CommonOptions {
  readonly dataset: string
  readonly data?: string
  readonly limit?: number
  readonly batchSize?: number
  readonly device: string
  readonly json?: boolean
}

/** What every command that trains takes besides. */
export interface TrainingOptions extends CommonOptions {
  readonly epochs?: number
  readonly lr?: number
  readonly dot: number
  readonly seed: number
  readonly out?: string
  readonly resume?: boolean
  readonly checkpointSteps?: number
  readonly checkpointMinutes: number
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
    .option('--data <path>', 'where the images of CIFAR lie: the .tar.gz or the folder unpacked from it')
    .option('--limit <count>', `use at most this many ${limited}`, positiveInteger)
    .option('--batch-size <count>', 'images a step', positiveInteger)
    .addOption(deviceOption())
    .addOption(jsonOption())
}

/** A command with the common options and those of training. */
export function commandThatTrains(name: string): Command {
  return commandWithData(name, 'training images')
    .option('--epochs <count>', 'how often each image is seen', positiveInteger)
    .option('--lr <rate>', 'learning rate of the first epoch', positiveNumber)
    .option(
      '--dot <delta>',
      'train by DOT with this much momentum moved to distillation, as 0.075',
      numberFromZero,
      0,
    )
    .option('--seed <number>', 'of everything that is drawn at random', wholeNumber, 0)
    .option('--out <folder>', 'where the results go, new or empty (default: a new folder in runs/)')
    .option('--resume', 'go on with what was begun in the folder of --out, if anything was')
    .option('--checkpoint-steps <count>', 'save what is needed to go on after so many steps', positiveInteger)
    .option('--checkpoint-minutes <count>', 'and after so many minutes', positiveNumber, 5)
}

/** How often there are checkpoints, and whether to go on from one. */
export function survivalOf(options: TrainingOptions): Pick<Run, 'resume' | 'saveEvery'> {
  const { resume, out, checkpointSteps, checkpointMinutes } = options
  demand(!resume || out !== undefined, () => '--resume: expected --out, which says what to go on with')
  return { resume, saveEvery: { everySteps: checkpointSteps, everyMinutes: checkpointMinutes } }
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

export function numberFromZero(text: string): number {
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
