// A whole step of training, compared with other software: `node bench/step.ts --help`.
import { Option } from 'commander'
import { type Comparison, cellsOf, compare, describeConfigurations, describeRival } from './comparison.ts'
import { contest, type Standing } from './contest.ts'
import { describeJob, type Job } from './jobs.ts'
import { describeMachine, thisMachine } from './machine.ts'
import { jobFrom, type StepOptions, stepProgram } from './options.ts'
import { type Quietness, quietnessWarnings, withQuietness } from './quietness.ts'
import { rivals, thermograd } from './rivals.ts'
import { digits, tableOf } from './table.ts'

interface Options extends StepOptions {
  readonly rivals: readonly string[]
}

interface Result extends Quietness {
  readonly job: Job
  readonly whole: Standing
  readonly comparisons: readonly Comparison[]
}

const names = rivals.map(({ name }) => name)

await stepProgram('Images per second of a step: thermograd and each rival, measured alternately.', {
  job: 'dtkd',
  batch: 64,
  seconds: 60,
})
  .addOption(new Option('--rivals <names...>', 'rivals to compare with').choices(names).default(names))
  .action(async (options: Options) => {
    const job = jobFrom(options)
    const { result, ...quietness } = await withQuietness(() => measure(job, options))
    const all = { job, ...result, ...quietness }
    process.stdout.write(`${options.json ? json(all) : text(all)}\n`)
  })
  .parseAsync()

async function measure(
  job: Job,
  { rivals: chosen, seconds }: Options,
): Promise<Pick<Result, 'whole' | 'comparisons'>> {
  const comparisons: Comparison[] = []
  for (const rival of rivals.filter(({ name }) => chosen.includes(name))) {
    process.stderr.write(`${rival.name}: ${describeJob(rival.part(job))} …\n`)
    comparisons.push(await compare(rival, job, seconds))
  }
  return { whole: await standingIn(job, comparisons, seconds), comparisons }
}

/** Returns thermograd's result in the whole job, from a contest with a rival that can do all of it or else from a run alone. */
async function standingIn(job: Job, comparisons: readonly Comparison[], seconds: number): Promise<Standing> {
  for (const comparison of comparisons) {
    if (!('absent' in comparison) && describeJob(comparison.part) === describeJob(job)) {
      return comparison.thermograd
    }
  }
  const [alone] = await contest([thermograd(job)], { batch: job.batch, seconds })
  return alone
}

function json({ job, whole, comparisons, ...quietness }: Result): string {
  return JSON.stringify({
    ...{ job, machine: thisMachine(), ...quietness },
    ...{ thermograd: whole, rivals: comparisons },
  })
}

function text({ job, whole, comparisons, ...quietness }: Result): string {
  const rows = comparisons.map((comparison) => [
    `${comparison.rival}: ${describeJob(comparison.part)}`,
    ...cellsOf(comparison),
  ])
  return [
    `${describeJob(job)}: ${digits(whole.imagesPerSecond)} images/s, ${whole.threads} threads`,
    describeMachine(thisMachine()),
    tableOf(['images/s', 'thermograd', 'rival', 'ratio (min … max)', 'quiet rounds'], rows),
    ...comparisons.flatMap(describeRival),
    ...comparisons.flatMap(describeConfigurations),
    ...quietnessWarnings([quietness]),
  ].join('\n')
}
