import { Command } from 'commander'
import { wholeNumber } from '../../../bench/options.ts'
import { fuzz } from './fuzzing/fuzzing.ts'

const options = new Command('fuzz:weights')
  .description(
    'Reads spoiled weight files. Each must be read or refused with a sentence, within five seconds, and all of them ' +
      'within 512 MB; else exits with 1.',
  )
  .option('--runs <count>', 'files', wholeNumber, 100_000)
  .option('--seed <number>', 'of what is spoiled', wholeNumber, 1)
  .parse()
  .opts<{ runs: number; seed: number }>()
const outcome = await fuzz(options)
const megabytes = process.resourceUsage().maxRSS / 1024
console.log({ ...outcome, megabytes: Math.round(megabytes) })
if (outcome.slowestMilliseconds > 5000 || megabytes > 512) process.exitCode = 1
