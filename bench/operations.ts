// Single operations: `node bench/operations.ts --help`.
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Command } from 'commander'
import { engineModes } from '../engine/executors/wasm/modes.ts'
import { realize, useExecutor } from '../engine/index.ts'
import { complaints, percent, readBaseline, writeBaseline } from './baseline.ts'
import { describeMachine, thisMachine } from './machine.ts'
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
  /** Shortest run. */
  readonly milliseconds: number
  readonly gigaflops: number
  readonly gigabytes: number
  /** Fraction of the peak for arithmetic or for memory, whichever is larger. */
  readonly fraction: number
}

const stopwatch = new Stopwatch()

/** Number of passes over all operations: a disturbance of one pass is often over by the next. */
const passes = 3

await new Command()
  .description("Single operations, and the fraction of the machine's measured peak that each reaches.")
  .option('--only <text>', 'operations whose name contains this text')
  .option('--baseline <file>', 'compare with this file; write it if it does not exist')
  .addOption(jsonOption())
  .action(async ({ only = '', baseline: file, json }: Options) => {
    const then = file === undefined ? undefined : readBaseline(file)
    useExecutor(stopwatch.executor)
    const peaks = await measurePeaks(engineModes())
    const chosen = operations.filter(({ name }) => name.includes(only))
    const shortest = new Map<Operation, number>()
    for (let pass = 1; pass <= passes; pass++) {
      for (const operation of chosen) {
        process.stderr.write(`${pass} of ${passes}: ${operation.name} …\n`)
        const before = shortest.get(operation) ?? Number.POSITIVE_INFINITY
        shortest.set(operation, Math.min(before, await shortestRun(operation)))
      }
    }
    const measurements = chosen.map((operation) => assess(operation, shortest.get(operation)!, peaks))
    const machine = thisMachine()
    const fractions = Object.fromEntries(measurements.map(({ name, fraction }) => [name, fraction]))
    const now = { machine, fractions }
    const slower = then && complaints(now, then)
    if (file !== undefined && then === undefined) await writeBaseline(file, now)
    const result = { machine, modes: engineModes(), peaks, operations: measurements, slower }
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : text(result))
  })
  .parseAsync()

/**
 * Returns the shortest of several runs, in ms: the speed of the kernels without other load, with or without the thread
 * pool, whichever is faster.
 */
async function shortestRun({ prepare, bytes }: Operation): Promise<number> {
  const record = prepare()
  const times: number[] = []
  // Each run may allocate new memory for its result.
  const runsBetweenCollections = Math.ceil(5e8 / bytes)
  const end = performance.now() + 400
  while (times.length < 10 || performance.now() < end) {
    if (times.length % runsBetweenCollections === 0) await collectGarbage()
    await realize(...record())
    times.push(stopwatch.lap().computing)
  }
  return Math.min(...times)
}

/** The executor reclaims memory soon after the garbage collector has found it unused. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  await setTimeout(20)
}

function assess({ name, flops, bytes }: Operation, milliseconds: number, peaks: Peaks): Measurement {
  const [gigaflops, gigabytes] = [flops, bytes].map((amount) => amount / 1e6 / milliseconds)
  const fraction = Math.max(gigaflops / peaks.gigaflops, gigabytes / peaks.gigabytes)
  return { name, milliseconds, gigaflops, gigabytes, fraction }
}

interface Result {
  readonly machine: ReturnType<typeof thisMachine>
  readonly peaks: Peaks
  readonly operations: readonly Measurement[]
  readonly slower?: readonly string[] | undefined
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
