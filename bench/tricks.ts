// The gain of each trick of the wasm executor in a whole step: `node bench/tricks.ts --help`.
import { contest, ratioOf, type Standing } from './contest.ts'
import { describeJob, type Job } from './jobs.ts'
import { describeMachine, type Machine, thisMachine } from './machine.ts'
import type { Spread } from './measure.ts'
import { jobFrom, type StepOptions, stepProgram } from './options.ts'
import { thermograd } from './rivals.ts'
import { digits, tableOf } from './table.ts'

/** The tricks that an environment variable can turn off, in the order in which they are added. */
const tricks = [
  { title: 'fused multiply-add', variable: 'THERMOGRAD_RELAXED_SIMD', off: '0' },
  { title: '256-bit vectors', variable: 'THERMOGRAD_REVECTORIZE', off: '0' },
  { title: 'Winograd', variable: 'THERMOGRAD_WINOGRAD', off: '0' },
  { title: 'threads', variable: 'THERMOGRAD_THREADS', off: '1' },
] as const

type Trick = (typeof tricks)[number]

/** A configuration, and the slower one that it is compared with. */
interface Way {
  readonly title: string
  readonly environment: Readonly<Record<string, string>>
  readonly slower?: Way | undefined
}

/** Returns the configurations from no trick to all, each with one more than the last. */
function stairs(plain: boolean): Way[] {
  const ways: Way[] = []
  if (plain) ways.push({ title: 'plain loops, float64', environment: { THERMOGRAD_DEVICE: 'reference' } })
  ways.push({ title: 'wasm, no optimizations', environment: without(tricks), slower: ways.at(-1) })
  tricks.forEach(({ title }, last) => {
    ways.push({ title: `+ ${title}`, environment: without(tricks.slice(last + 1)), slower: ways.at(-1) })
  })
  return ways
}

/** Returns environment variables that turn these off. */
function without(off: readonly Trick[]): Record<string, string> {
  return Object.fromEntries(off.map(({ variable, off }) => [variable, off]))
}

interface Row {
  readonly title: string
  readonly environment: Way['environment']
  readonly standing: Standing
  /** Speed relative to the previous row, or of all tricks relative to all but one. */
  readonly gain?: Spread | undefined
}

interface Options extends StepOptions {
  readonly plain?: boolean
}

await stepProgram(
  'Images per second of a step with increasingly many tricks, and with all but one, measured alternately.',
  {
    job: 'train',
    batch: 64,
    seconds: 150,
  },
)
  .option('--plain', 'start with the reference executor; only with --batch 1')
  .action(async (options: Options) => {
    const job = jobFrom(options)
    const ways = stairs(options.plain ?? false)
    const missing = tricks.map((trick) => ({
      title: `all but ${trick.title}`,
      environment: without([trick]),
    }))
    const commands = [...ways, ...missing].map(({ environment }) => thermograd(job, environment))
    const standings = await contest(commands, { batch: job.batch, seconds: options.seconds })
    const standingOf = new Map<Way, Standing>(ways.map((way, i) => [way, standings[i]]))
    const climbed = ways.map((way): Row => {
      const standing = standingOf.get(way)!
      return { ...way, standing, gain: way.slower && ratioOf(standing, standingOf.get(way.slower)!) }
    })
    const all = climbed.at(-1)!.standing
    const lacking = missing.map((way, i): Row => {
      const standing = standings[ways.length + i]
      return { ...way, standing, gain: ratioOf(all, standing) }
    })
    const result = { job, machine: thisMachine(), climbed, lacking }
    process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : text(result))
  })
  .parseAsync()

interface Result {
  readonly job: Job
  readonly machine: Machine
  readonly climbed: readonly Row[]
  readonly lacking: readonly Row[]
}

function text({ job, machine, climbed, lacking }: Result): string {
  const rows = (list: readonly Row[]) =>
    list.map(({ title, standing, gain }) => [
      title,
      digits(standing.imagesPerSecond),
      gain ? `× ${digits(gain.median)} (${digits(gain.minimum)} … ${digits(gain.maximum)})` : '',
    ])
  return [
    describeJob(job),
    describeMachine(machine),
    tableOf(['', 'images/s', 'gain over previous row'], rows(climbed)),
    tableOf(['', 'images/s', 'gain of the missing one'], rows(lacking)),
    '',
  ].join('\n')
}
