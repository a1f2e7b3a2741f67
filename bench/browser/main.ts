// A step in Chromium, compared with other JavaScript software in one page: `node bench/browser/main.ts --help`.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Option } from 'commander'
import { type Browser, chromium } from 'playwright-core'
import { build, type PreviewServer, preview } from 'vite'
import { InvalidInputError } from '../../engine/index.ts'
import { chromiumPath } from '../../test/browser/chromium.ts'
import { describeJob, type Job } from '../jobs.ts'
import { describeMachine, thisMachine } from '../machine.ts'
import { type Spread, spreadOf } from '../measure.ts'
import { jobFrom, type StepOptions, stepProgram } from '../options.ts'
import { type Quietness, quietnessWarnings, withQuietness } from '../quietness.ts'
import { rivals } from '../rivals.ts'
import { digits, tableOf } from '../table.ts'
import { Contestant, type Standing } from './contestant.ts'

interface Options extends StepOptions {
  readonly rivals: readonly string[]
}

interface Row {
  readonly rival: string
  readonly part: Job
  readonly thermograd: Standing
  readonly theirs: Standing
  readonly ratio: Spread
}

interface Result extends Quietness {
  readonly browser: string
  readonly rows: readonly Row[]
}

/** Those of the benchmark in Node that also run in a page. */
const names = ['jax-js', 'tfjs-wasm']
const leastRounds = 3

await stepProgram(
  'Images per second of a step in headless Chromium: thermograd and each rival, in turns in one page.',
  {
    job: 'dtkd',
    batch: 64,
    seconds: 30,
  },
)
  .addOption(new Option('--rivals <names...>', 'rivals to compare with').choices(names).default(names))
  .action(async (options: Options) => {
    const { result, ...quietness } = await withQuietness(() => measure(options))
    const all = { ...result, ...quietness }
    const machine = thisMachine()
    process.stdout.write(options.json ? `${JSON.stringify({ machine, ...all })}\n` : text(all))
  })
  .parseAsync()

async function measure(options: Options): Promise<Pick<Result, 'browser' | 'rows'>> {
  if (!existsSync(join(import.meta.dirname, '../rivals/node_modules'))) {
    throw new InvalidInputError('rivals: not installed; npm install --prefix bench/rivals')
  }
  if (chromiumPath === undefined) throw new InvalidInputError('chromium: see test/browser/README.md')
  const configFile = join(import.meta.dirname, 'vite.config.ts')
  await build({ configFile })
  const server = await preview({ configFile })
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] })
  try {
    const rows: Row[] = []
    for (const { name, part } of rivals.filter(({ name }) => options.rivals.includes(name))) {
      process.stderr.write(`${name}: ${describeJob(part(jobFrom(options)))} …\n`)
      rows.push(await face(browser, server, name, part(jobFrom(options)), options.seconds))
    }
    return { browser: browser.version(), rows }
  } finally {
    await browser.close()
    await server.close()
  }
}

/** Runs both in a new page, alternately. */
async function face(
  browser: Browser,
  server: PreviewServer,
  rival: string,
  part: Job,
  seconds: number,
): Promise<Row> {
  const page = await browser.newPage()
  await page.goto(server.resolvedUrls!.local[0])
  const ours = await Contestant.start(page, 'thermograd', part)
  const theirs = await Contestant.start(page, rival, part)
  const order = [ours, theirs]
  const end = performance.now() + 1000 * seconds
  for (let round = 0; round < leastRounds || performance.now() < end; round++) {
    for (const contestant of order) await contestant.turn()
    order.reverse()
  }
  await page.close()
  const ratios = ours.speeds.map((speed, round) => speed / theirs.speeds[round])
  return { rival, part, thermograd: ours.standing, theirs: theirs.standing, ratio: spreadOf(ratios) }
}

function text({ browser, rows, ...quietness }: Result): string {
  const cells = rows.map(({ rival, part, thermograd, theirs, ratio }) => [
    `${rival}: ${describeJob(part)}`,
    digits(thermograd.imagesPerSecond),
    digits(theirs.imagesPerSecond),
    `${digits(ratio.median)} (${digits(ratio.minimum)} … ${digits(ratio.maximum)})`,
    `${thermograd.threads}, ${theirs.threads}`,
  ])
  return [
    `Chromium ${browser}`,
    describeMachine(thisMachine()),
    tableOf(['images/s', 'thermograd', 'rival', 'ratio (min … max)', 'threads'], cells),
    ...quietnessWarnings([quietness]),
    '',
  ].join('\n')
}
