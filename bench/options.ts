import { Command, InvalidArgumentError, Option } from 'commander'
import { type Job, jobNames, jobOf } from './jobs.ts'

/** Options of all programs that take steps. */
export interface StepOptions {
  readonly job: string
  readonly batch: number
  readonly seconds: number
  readonly json?: boolean
}

/** Returns a program with these options. */
export function stepProgram(description: string, defaults: Omit<StepOptions, 'json'>): Command {
  return new Command()
    .description(description)
    .addOption(new Option('--job <name>', 'work of a step').choices(jobNames).default(defaults.job))
    .option('--batch <images>', 'images per step', wholeNumber, defaults.batch)
    .option('--seconds <number>', 'duration of each contest after its warm-up', wholeNumber, defaults.seconds)
    .addOption(jsonOption())
}

export function jsonOption(): Option {
  return new Option('--json', 'print one JSON object instead of a table')
}

export function jobFrom({ job, batch }: StepOptions): Job {
  return jobOf(job, batch)
}

export function wholeNumber(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1) return number
  throw new InvalidArgumentError('Expected an integer ≥ 1.')
}
