import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { wholeNumber } from '../../../../bench/options.ts'
import { Cases } from './cases.ts'
import { type FormatName, formatNames } from './formats/index.ts'
import { filesOf, fuzz, limits } from './fuzz.ts'

const options = new Command('fuzz:files')
  .description(
    `Reads spoiled files of every kind. Each must be read or refused with a sentence, within ${limits.megabytes} MB and ` +
      `${limits.milliseconds / 1000} s of processor time; else it is kept, and the command exits with 1.`,
  )
  .addOption(new Option('--format <name>', 'of one kind only').choices(formatNames))
  .option('--cases <count>', 'files of all kinds together', wholeNumber, 100_000)
  .option('--seed <number>', 'of what is spoiled', wholeNumber, 1)
  .option('--case <number>', 'this one only, as a failure names it', Number)
  .parse()
  .opts<{ format?: FormatName; cases: number; seed: number; case?: number }>()

const names = options.format ? [options.format] : formatNames
const count = Math.ceil(options.cases / names.length)
const range =
  options.case === undefined ? { from: 0, to: count } : { from: options.case, to: options.case + 1 }
let folder: string | undefined
for (const format of names) {
  const start = performance.now()
  const files = await filesOf(format)
  const { failures, ...tally } = await fuzz(format, { files, seed: options.seed, ...range }, (done) => {
    if (process.stderr.isTTY && done % 100 === 0) process.stderr.write(`\r\x1b[K${format}: ${done}`)
    else if (done % 1000 === 0) console.log(`${format}: ${done}`)
  })
  const seconds = Math.round((performance.now() - start) / 1000)
  console.log(format, { ...tally, failures: failures.length, seconds })
  if (failures.length === 0) continue
  process.exitCode = 1
  folder ??= mkdtempSync(join(tmpdir(), 'thermograd-fuzz-failures-'))
  const cases = await Cases.of(format, options.seed, files)
  for (const { number, problem } of failures.slice(0, 20)) {
    const path = join(folder, `${format}-${number}`)
    writeFileSync(path, cases.file(number))
    const again = `--format ${format} --seed ${options.seed} --case ${number}`
    console.log(`${path}: ${problem}\n  again: npm run fuzz:files -- ${again}`)
  }
}
process.exit()
