// Every network trained, compared with PyTorch: `node bench/networks.ts --help`.
import { Command, InvalidArgumentError } from 'commander'
import { readJson, writeJson } from '../base/files/json.ts'
import { suggestionFor } from '../base/suggestions.ts'
import { modelNames } from '../nn/index.ts'
import { type Comparison, cellsOf, compare, describeRival } from './comparison.ts'
import { jobOf } from './jobs.ts'
import { identityOf, type Machine, thisMachine } from './machine.ts'
import { jsonOption, wholeNumber } from './options.ts'
import { type Quietness, quietnessWarnings, withQuietness } from './quietness.ts'
import { rivals } from './rivals.ts'
import { tableOf } from './table.ts'

interface Options {
  readonly only: readonly string[]
  readonly batch: number
  readonly seconds: number
  readonly file?: string
  readonly json?: boolean
}

interface Row extends Quietness {
  readonly network: string
  readonly batch: number
  readonly machine: Machine
  readonly comparison: Comparison
}

/** The networks that mdistiller has; PyTorch's side of the benchmark has no others. */
const comparable = modelNames.filter((name) => !name.endsWith('_a'))

const pytorch = rivals.find(({ name }) => name === 'pytorch')!

await new Command()
  .description('Images per second of training: each network with thermograd and with PyTorch, alternately.')
  .option('--only <names>', 'networks, separated by commas', networksOf, comparable)
  .option('--batch <images>', 'images per step', wholeNumber, 64)
  .option('--seconds <number>', 'per network after its warm-up, or longer, for three rounds', wholeNumber, 20)
  .option('--file <path>', 'save results here; what was saved, for the same batch, is not measured again')
  .addOption(jsonOption())
  .action(async ({ only, batch, seconds, file, json }: Options) => {
    const rows = file === undefined ? [] : (((await readJson(file)) ?? []) as Row[])
    const rowOf = (network: string) => rows.find((row) => row.network === network && row.batch === batch)
    for (const network of only.filter((name) => rowOf(name) === undefined)) {
      process.stderr.write(`${network} …\n`)
      const { result, ...quietness } = await withQuietness(() =>
        compare(pytorch, jobOf(network, batch), seconds),
      )
      rows.push({ network, batch, machine: thisMachine(), ...quietness, comparison: result })
      if ('absent' in result) break
      if (file !== undefined) await writeJson(file, rows)
    }
    const chosen = only.flatMap((network) => rowOf(network) ?? [])
    process.stdout.write(`${json ? JSON.stringify(chosen) : text(chosen, batch)}\n`)
  })
  .parseAsync()

function networksOf(text: string): string[] {
  const names = text.split(',')
  for (const name of names) {
    if (!comparable.includes(name)) throw new InvalidArgumentError(suggestionFor(name, comparable))
  }
  return names
}

function text(rows: readonly Row[], batch: number): string {
  const cells = rows.map(({ network, comparison }) => {
    const ratio = [network, ...cellsOf(comparison)]
    if ('absent' in comparison) return [...ratio, '–', '–', '–']
    const { thermograd, theirs } = comparison
    return [...ratio, thermograd.peakMebibytes, theirs.peakMebibytes, theirs.configuration ?? '']
  })
  const head = [
    '',
    'thermograd',
    'PyTorch',
    'ratio (min … max)',
    'quiet rounds',
    'MiB',
    'its MiB',
    'its format',
  ]
  return [
    `Images per second of training, batch ${batch}`,
    ...new Set(rows.map(({ machine }) => identityOf(machine))),
    tableOf(head, cells),
    ...new Set(rows.flatMap(({ comparison }) => describeRival(comparison))),
    ...quietnessWarnings(rows),
  ].join('\n')
}
