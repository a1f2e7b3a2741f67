// A whole step of training, compared with other software: `node bench/step.ts --help`.
import { Option } from 'commander'
import { contest, ratioOf, type Standing } from './contest.ts'
import { describeJob, type Job } from './jobs.ts'
import { describeMachine, thisMachine } from './machine.ts'
import { jobFrom, type StepOptions, stepProgram } from './options.ts'
import { ContestantError } from './process.ts'
import { type Rival, rivals, thermograd } from './rivals.ts'
import { digits, tableOf } from './table.ts'

interface Options extends StepOptions {
  readonly rivals: readonly string[]
}

/** The result of a contest between thermograd and a rival, or the reason for its absence. */
type Outcome = { readonly rival: string; readonly part: Job; readonly reason: string } & (
  | { readonly thermograd: Standing; readonly theirs: Standing; readonly ratio: ReturnType<typeof ratioOf> }
  | { readonly absent: string }
)

const names = rivals.map(({ name }) => name)

await stepProgram('Images per second of a step: thermograd and each rival, measured alternately.', {
  job: 'dtkd',
  batch: 64,
  seconds: 60,
})
  .addOption(new Option('--rivals <names...>', 'rivals to compare with').choices(names).default(names))
  .action(async (options: Options) => {
    const job = jobFrom(options)
    const outcomes: Outcome[] = []
    for (const rival of rivals.filter(({ name }) => options.rivals.includes(name))) {
      process.stderr.write(`${rival.name}: ${describeJob(rival.part(job))} …\n`)
      outcomes.push(await face(rival, job, options.seconds))
    }
    const whole = await standingIn(job, outcomes, options.seconds)
    process.stdout.write(`${options.json ? json(job, whole, outcomes) : text(job, whole, outcomes)}\n`)
  })
  .parseAsync()

async function face({ name, reason, ...rival }: Rival, job: Job, seconds: number): Promise<Outcome> {
  const part = rival.part(job)
  const about = { rival: name, part, reason }
  try {
    const commands = [thermograd(part), rival.command(part)]
    const [ours, theirs] = await contest(commands, { batch: part.batch, seconds })
    return { ...about, thermograd: ours, theirs, ratio: ratioOf(ours, theirs) }
  } catch (error) {
    if (!(error instanceof ContestantError)) throw error
    return { ...about, absent: `${error.message}; to install: ${rival.installation}` }
  }
}

/** Returns thermograd's result in the whole job, from a contest with a rival that can do all of it or else from a run alone. */
async function standingIn(job: Job, outcomes: readonly Outcome[], seconds: number): Promise<Standing> {
  for (const outcome of outcomes) {
    if (!('absent' in outcome) && describeJob(outcome.part) === describeJob(job)) return outcome.thermograd
  }
  const [alone] = await contest([thermograd(job)], { batch: job.batch, seconds })
  return alone
}

function json(job: Job, whole: Standing, outcomes: readonly Outcome[]): string {
  return JSON.stringify({ job, machine: thisMachine(), thermograd: whole, rivals: outcomes })
}

function text(job: Job, whole: Standing, outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => {
    const title = `${outcome.rival}: ${describeJob(outcome.part)}`
    if ('absent' in outcome) return [title, '–', '–', '–', '–']
    const { thermograd: ours, theirs, ratio } = outcome
    const spread = `${digits(ratio.median)} (${digits(ratio.minimum)} … ${digits(ratio.maximum)})`
    return [title, digits(ours.imagesPerSecond), digits(theirs.imagesPerSecond), spread, ratio.rounds]
  })
  const missing = outcomes.flatMap((outcome) =>
    'absent' in outcome ? [`${outcome.rival} was not found: ${outcome.absent}`] : [],
  )
  return [
    `${describeJob(job)}: ${digits(whole.imagesPerSecond)} images/s, ${whole.threads} threads`,
    describeMachine(thisMachine()),
    tableOf(['images/s', 'thermograd', 'rival', 'ratio (min … max)', 'quiet rounds'], rows),
    ...missing,
  ].join('\n')
}
