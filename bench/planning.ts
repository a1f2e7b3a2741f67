// The overhead of a step: `node bench/planning.ts --help`.
import { useExecutor } from '../engine/index.ts'
import { describeJob, type Job } from './jobs.ts'
import { describeMachine, type Machine, thisMachine } from './machine.ts'
import { median, milliseconds } from './measure.ts'
import { jobFrom, type StepOptions, stepProgram } from './options.ts'
import { Stopwatch, type Times } from './stopwatch.ts'
import { digits, tableOf } from './table.ts'
import { stepOf } from './trainingSteps.ts'

interface StepTimes extends Times {
  readonly total: number
}

const stopwatch = new Stopwatch()

await stepProgram('Microseconds of recording and planning a step, for the first and for later steps.', {
  job: 'resnet20',
  batch: 64,
  seconds: 10,
})
  .action(async (options: StepOptions) => {
    useExecutor(stopwatch.executor)
    const job = jobFrom(options)
    const step = stepOf(job)
    const first = await measure(step)
    // The second step has another plan: in the first, variables have no memory yet to be overwritten.
    await step()
    stopwatch.lap()
    const later: StepTimes[] = []
    const end = performance.now() + 1000 * options.seconds
    do later.push(await measure(step))
    while (performance.now() < end)
    const result = { job, machine: thisMachine(), ...summaryOf(job.batch, first, later) }
    process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : text(result))
  })
  .parseAsync()

async function measure(step: () => Promise<void>): Promise<StepTimes> {
  const total = await milliseconds(step)
  return { total, ...stopwatch.lap() }
}

/** Returns the time outside the executor: recording operations, and finding their plan. */
function recordingOf({ total, planning, compiling, computing }: StepTimes): number {
  return total - planning - compiling - computing
}

/** Summarises times, in microseconds. */
function summaryOf(batch: number, first: StepTimes, later: readonly StepTimes[]) {
  const micro = (value: number) => Math.round(1000 * value)
  const { graph, kernels } = stopwatch.programs.at(-1)!
  return {
    operations: graph.operations.length,
    kernels,
    plans: stopwatch.programs.length,
    first: {
      recording: micro(recordingOf(first)),
      planning: micro(first.planning),
      compiling: micro(first.compiling),
      computing: micro(first.computing),
    },
    later: {
      recording: micro(median(later.map(recordingOf))),
      computing: micro(median(later.map(({ computing }) => computing))),
    },
    imagesPerSecond: (1000 * batch) / median(later.map(({ total }) => total)),
  }
}

interface Result extends ReturnType<typeof summaryOf> {
  readonly job: Job
  readonly machine: Machine
}

function text({ job, machine, ...result }: Result): string {
  const { first, later, operations, kernels, plans, imagesPerSecond } = result
  return [
    describeJob(job),
    describeMachine(machine),
    `${operations} operations, ${kernels} kernels, ${plans} plans made, ${digits(imagesPerSecond)} images/s`,
    tableOf(
      ['µs', 'first step', 'later, median'],
      [
        ['recording and looking up a plan', first.recording, later.recording],
        ['planning', first.planning, 0],
        ['generating and compiling kernels', first.compiling, 0],
        ['computing', first.computing, later.computing],
      ],
    ),
    '',
  ].join('\n')
}
