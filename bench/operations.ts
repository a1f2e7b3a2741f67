// Operations one by one: `node bench/operations.ts --help`.
import { Command } from 'commander'
import { engineModes } from '../engine/executors/wasm/modes.ts'
import { realize, useExecutor } from '../engine/index.ts'
import { complaints, percent, readBaseline, writeBaseline } from './baseline.ts'
import { describeMachine, thisMachine } from './machine.ts'
import { median } from './measure.ts'
import { type Operation, operations } from './operations/index.ts'
import { jsonOption } from './options.ts'
import { measurePeaks, type Peaks } from './peaks.ts'
import { Stopwatch } from './stopwatch.ts'
import { digits, tableOf } from './table.ts'

interface Options {
  readonly only?: string
  readonly baseline?: string
  readonly json?: boolean
}

interface Measurement {
  readonly name: string
  /** The median. */
  readonly milliseconds: number
  readonly gigaflops: number
  readonly gigabytes: number
  /** Of the speed that the machine's peaks allow: the nearer of the two decides. */
  readonly fraction: number
}

const stopwatch = new Stopwatch()

await new Command()
  .description("Operations one by one, and the fraction of the machine's measured peak that each reaches.")
  .option('--only <text>', 'operations whose name holds this text')
  .option('--baseline <file>', 'compare with this file; where it does not exist yet, write it')
  .addOption(jsonOption())
  .action(async ({ only = '', baseline: file, json }: Options) => {
    const then = file === undefined ? undefined : readBaseline(file)
    useExecutor(stopwatch.executor)
    const peaks = await measurePeaks(engineModes())
    const measurements: Measurement[] = []
    for (const operation of operations.filter(({ name }) => name.includes(only))) {
      process.stderr.write(`${operation.name} …\n`)
      measurements.push(await measure(operation, peaks))
    }
    const machine = thisMachine()
    const fractions = Object.fromEntries(measurements.map(({ name, fraction }) => [name, fraction]))
    const now = { machine, fractions }
    const slower = then && complaints(now, then)
    if (file !== undefined && then === undefined) await writeBaseline(file, now)
    const result = { machine, modes: engineModes(), peaks, operations: measurements, slower }
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : text(result))
  })
  .parseAsync()

/** Runs until the team of threads has found its pace, then half a second, and at least five times. */
async function measure({ name, flops, bytes, prepare }: Operation, peaks: Peaks): Promise<Measurement> {
  const record = prepare()
  const run = async () => {
    await realize(...record())
    return stopwatch.lap().computing
  }
  for (let warmUp = 0; warmUp < 8; warmUp++) await run()
  const times: number[] = []
  const end = performance.now() + 500
  while (times.length < 5 || performance.now() < end) times.push(await run())
  const milliseconds = median(times)
  const [gigaflops, gigabytes] = [flops, bytes].map((amount) => amount / 1e6 / milliseconds)
  const fraction = Math.max(gigaflops / peaks.gigaflops, gigabytes / peaks.gigabytes)
  return { name, milliseconds, gigaflops, gigabytes, fraction }
}

interface Result {
  readonly machine: ReturnType<typeof thisMachine>
  readonly peaks: Peaks
  readonly operations: readonly Measurement[]
  readonly slower?: readonly string[]
}

function text({ machine, peaks, operations, slower }: Result): string {
  const rows = operations.map(({ name, milliseconds, gigaflops, gigabytes, fraction }) => [
    name,
    digits(milliseconds),
    gigaflops > 0 ? digits(gigaflops) : '',
    digits(gigabytes),
    percent(fraction),
  ])
  const verdict =
    slower && (slower.length > 0 ? ['slower than the baseline:', ...slower] : ['nothing is slower'])
  return [
    describeMachine(machine),
    `peaks of all threads: ${digits(peaks.gigaflops)} GFLOP/s, ${digits(peaks.gigabytes)} GB/s`,
    tableOf(['', 'ms', 'GFLOP/s', 'GB/s', 'of the peak'], rows),
    ...(verdict ?? []),
    '',
  ].join('\n')
}
