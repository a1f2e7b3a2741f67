import { Command, InvalidArgumentError, Option } from 'commander'
import { wholeNumber } from '../../../bench/options.ts'
import { fuzz, operationNames } from './fuzz.ts'
import { everyJudge } from './judges.ts'
import { Pytorch, python } from './pytorch.ts'
import type { OperationName } from './subjects/index.ts'
import { Tally } from './tally.ts'
import type { Contestant } from './trial.ts'

function operation(text: string, sofar: OperationName[] = []): OperationName[] {
  const known = operationNames.find((name) => name === text)
  if (known === undefined) throw new InvalidArgumentError(`Expected one of ${operationNames.join(', ')}.`)
  return [...sofar, known]
}

const options = new Command('fuzz:operations')
  .description(
    'Random calls of every public operation on every executor at hand, against the reference executor and PyTorch.',
  )
  .option('--cases <count>', 'calls, shared out among the operations', wholeNumber, 10_000)
  .option('--seed <number>', 'of the calls', wholeNumber, 1)
  .option('--operation <name>', 'these only, named one by one', operation)
  .addOption(new Option('--path <path>', 'one case of one operation, as a report names it'))
  .parse()
  .opts<{ cases: number; seed: number; operation?: OperationName[]; path?: string }>()

const pytorch = Pytorch.open()
if (pytorch === undefined)
  console.log(`Not compared with PyTorch, which ${python} has not (THERMOGRAD_PYTHON)`)
const judges = { ...(await everyJudge()), pytorch }
const names = (contestants: readonly Contestant[]) => contestants.map(({ name }) => name).join(', ')
console.log(`Each call on ${names(judges.always)}, and by turns on ${names(judges.byTurns)}`)
if (pytorch) console.log(`Against PyTorch ${pytorch.version}`)
const operations = options.operation ?? operationNames
const runs = Math.ceil(options.cases / operations.length)
const tally = new Tally()
/** A line that is written over on a terminal, and one of each operation in a log. */
const progress = (name: OperationName) => {
  const line = `${tally.cases} cases, ${name}`
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : `${line}\n`)
}
let failures = 0
for await (const report of fuzz(
  { operations, runs, seed: options.seed, path: options.path },
  judges,
  tally,
  progress,
)) {
  failures++
  console.log(`\n${report}`)
}
console.log(`\n${tally}`)
await pytorch?.close()
process.exit(failures > 0 ? 1 : 0)
