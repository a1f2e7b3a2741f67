/*
 * npm run fuzz:weights -- --runs 100000 --seed 1
 *
 * Reads spoiled weight files. Each must be read or refused with a sentence, within five seconds, and all of them within
 * 512 MB.
 */
import { parseArgs } from 'node:util'
import { fuzz } from './fuzzing/fuzzing.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '0' } },
})
const outcome = await fuzz({ runs: Number(values.runs), seed: Number(values.seed) })
const megabytes = process.resourceUsage().maxRSS / 1024
console.log({ ...outcome, megabytes: Math.round(megabytes) })
if (outcome.slowestMilliseconds > 5000 || megabytes > 512) process.exitCode = 1
