// Single operations: `node bench/operations.ts --help`.
import { Command } from 'commander'
import { engineModes } from '../engine/executors/wasm/modes.ts'
import { InvalidInputError } from '../engine/index.ts'
import { type Checkout, checkoutOf, lastRelease } from './checkout.ts'
import { describeMachine, thisMachine } from './machine.ts'
import { type Operation, operations } from './operations/index.ts'
import { growMemory, OperationTimer } from './operations/timer.ts'
import { jsonOption } from './options.ts'
import { measurePeaks, type Peaks } from './peaks.ts'
import { changesSince, describeChanges, intolerableSpeed, isIntolerable, speedOf } from './regressions.ts'
import { digits, tableOf } from './table.ts'

interface Options {
  readonly only?: string
  readonly baseline?: string | true
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

/** Number of passes over all operations: a disturbance of one pass is often over by the next. */
const passes = 3

await new Command()
  .description("Single operations, and the fraction of the machine's measured peak that each reaches.")
  .option('--only <text>', 'operations whose name contains this text')
  .option(
    '--baseline [version]',
    'measure another version in turns, a revision or a folder (default: the last release), and report what became slower; ' +
      `the exit code is 1 if something is less than ${intolerableSpeed} times as fast`,
  )
  .addOption(jsonOption())
  .action(async ({ only = '', baseline, json }: Options) => {
    const isChosen = (name: string) => name.includes(only)
    await (baseline === undefined ? assessAll(isChosen, json) : compareWith(baseline, isChosen, json))
  })
  .parseAsync()

async function compareWith(
  version: string | true,
  isChosen: (name: string) => boolean,
  json = false,
): Promise<void> {
  const name = version === true ? await lastRelease() : version
  let baseline: Checkout | undefined
  try {
    baseline = await checkoutOf(name)
    const changes = await changesSince(baseline, isChosen)
    const speeds = changes.map((change) => ({ ...change, speed: speedOf(change) }))
    const result = { machine: thisMachine(), baseline: name, changes: speeds }
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : describeChanges(changes, name))
    if (changes.some(isIntolerable)) process.exitCode = 1
  } catch (error) {
    // A clone may be too shallow to have the last release.
    if (version !== true || !(error instanceof InvalidInputError)) throw error
    process.stdout.write(`Nothing was compared: ${error.message}\n`)
  } finally {
    await baseline?.remove()
  }
}

async function assessAll(isChosen: (name: string) => boolean, json = false): Promise<void> {
  const peaks = await measurePeaks(engineModes())
  await growMemory()
  const chosen = operations.filter(({ name }) => isChosen(name))
  const shortest = new Map<Operation, number>()
  for (let pass = 1; pass <= passes; pass++) {
    for (const operation of chosen) {
      process.stderr.write(`${pass} of ${passes}: ${operation.name} …\n`)
      const before = shortest.get(operation) ?? Number.POSITIVE_INFINITY
      shortest.set(operation, Math.min(before, await shortestRun(operation)))
    }
  }
  const measurements = chosen.map((operation) => assess(operation, shortest.get(operation)!, peaks))
  const result = { machine: thisMachine(), modes: engineModes(), peaks, operations: measurements }
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : text(result))
}

/** Returns the shortest of several runs, in ms: the speed of the kernels without other load. */
async function shortestRun(operation: Operation): Promise<number> {
  const timer = new OperationTimer(operation)
  const times: number[] = []
  const end = performance.now() + 400
  while (times.length < 10 || performance.now() < end) times.push(await timer.run())
  return Math.min(...times)
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
}

function text({ machine, peaks, operations }: Result): string {
  const rows = operations.map(({ name, milliseconds, gigaflops, gigabytes, fraction }) => [
    name,
    digits(milliseconds),
    gigaflops > 0 ? digits(gigaflops) : '',
    digits(gigabytes),
    percent(fraction),
  ])
  return [
    describeMachine(machine),
    `peaks of all threads: ${digits(peaks.gigaflops)} GFLOP/s, ${digits(peaks.gigabytes)} GB/s`,
    tableOf(['', 'ms', 'GFLOP/s', 'GB/s', 'of the peak'], rows),
    '',
  ].join('\n')
}

function percent(fraction: number): string {
  return `${100 * fraction < 10 ? (100 * fraction).toFixed(1) : (100 * fraction).toFixed(0)} %`
}
