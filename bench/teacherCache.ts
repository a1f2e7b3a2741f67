// The savings of a teacher cache: `node bench/teacherCache.ts --help`.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { type Batch, Loader, syntheticDataset } from '../datasets/index.ts'
import { tensor } from '../engine/index.ts'
import { distiller } from '../kd/index.ts'
import { createModel, modelNames, SGD } from '../nn/index.ts'
import { type Precision, precisions, TeacherLogits } from '../train/index.ts'
import { takeStep } from '../train/loop/step.ts'
import { describeMachine, type Machine, thisMachine } from './machine.ts'
import { median, milliseconds, type Spread, spreadOf } from './measure.ts'
import { jsonOption, wholeNumber } from './options.ts'
import { digits, tableOf } from './table.ts'

interface Options {
  readonly teacher: string
  readonly student: string
  readonly batch: number
  readonly steps: number
  readonly seconds: number
  readonly precision: Precision
  readonly json?: boolean
}

/** A batch and its epoch, counted from 1. */
type Dated = readonly [batch: Batch, epoch: number]

/** A source of the teacher's logits, and its speed. */
interface Way {
  readonly title: string
  readonly batches: AsyncIterator<Dated>
  step(dated: Dated): Promise<unknown>
  /** One number per turn. */
  readonly imagesPerSecond: number[]
}

await new Command()
  .description(
    'Images per second of DTKD with the teacher in the step and with cached logits, measured alternately.',
  )
  .option('--teacher <name>', modelNames.join(', '), 'resnet32x4')
  .option('--student <name>', 'network to train', 'resnet8x4')
  .option('--batch <images>', 'images per step', wholeNumber, 64)
  .option('--steps <number>', 'steps per turn', wholeNumber, 4)
  .option('--seconds <number>', 'duration of all turns', wholeNumber, 60)
  .addOption(
    new Option('--precision <name>', 'precision of the cached logits').choices(precisions).default('float32'),
  )
  .addOption(jsonOption())
  .action(async (options: Options) => {
    const folder = await mkdtemp(join(tmpdir(), 'thermograd-bench-'))
    try {
      const result = await measure(options, folder)
      process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : text(result))
    } finally {
      await rm(folder, { recursive: true })
    }
  })
  .parseAsync()

async function measure(options: Options, folder: string): Promise<Result> {
  const { teacher: model, batch: batchSize, precision, steps, seconds } = options
  const { train } = syntheticDataset({ classes: 100, trainCount: 64 * batchSize })
  const augment = { padding: 4, flip: true }
  const images = new Loader(train, { batchSize, shuffle: true, augment })
  const teacher = { model, network: createModel(model, { seed: 2 }) }
  const open = (name: string) =>
    TeacherLogits.open({ folder: join(folder, name), precision, teacher, images })
  const [cold, half, warm] = [await open('cold'), await open('half'), await open('warm')]
  const few = new Loader(train, { batchSize, augment, limit: 4 * batchSize })
  const known = [...few.epoch(0)].map((batch): Dated => [batch, 1])
  for (const dated of known) await ask(warm, dated)

  const ways = [
    wayOf('no cache', epochs(images), stepOf(options, teacher)),
    wayOf('cache empty', epochs(images), stepOf(options, teacher, cold)),
    wayOf('half cached', halfKept(half, images), stepOf(options, teacher, half)),
    wayOf('all cached', again(known), stepOf(options, teacher, warm)),
  ]
  for (const way of ways) await turn(way, steps)
  for (const way of ways) way.imagesPerSecond.length = 0
  const end = performance.now() + 1000 * seconds
  do for (const way of ways) await turn(way, steps)
  while (performance.now() < end)

  const reading: number[] = []
  for (const dated of [...known, ...known, ...known]) reading.push(await milliseconds(() => ask(warm, dated)))
  const rows = ways.map((way) => summaryOf(way, ways[0]))
  for (const logits of [cold, half, warm]) logits.close()
  const { batch, student } = options
  return {
    ...{ teacher: model, student, batch, precision, machine: thisMachine(), rows },
    readingMilliseconds: median(reading),
  }
}

function wayOf(title: string, batches: AsyncIterator<Dated>, step: Way['step']): Way {
  return { title, batches, step, imagesPerSecond: [] }
}

/** Makes a separate student, so no way benefits from another's. */
function stepOf(
  { student }: Options,
  { network: teacher }: { network: ReturnType<typeof createModel> },
  teacherLogits?: TeacherLogits,
): Way['step'] {
  const network = createModel(student, { seed: 1 })
  const optimizer = new SGD(network.parameters(), { lr: 0.01, momentum: 0.9, weightDecay: 5e-4 })
  const method = distiller('dtkd').build({ student: network, teacher, image: [3, 32, 32] })
  return ([batch, epoch]) => takeStep({ network, method, optimizer, teacher, teacherLogits }, batch, epoch)
}

function ask(logits: TeacherLogits, [batch, epoch]: Dated) {
  const { data, shape } = batch.images
  return logits.of(batch, tensor(data, { shape }), epoch)
}

async function* epochs(loader: Loader): AsyncGenerator<Dated> {
  for (let epoch = 0; ; epoch++) for (const batch of loader.epoch(epoch)) yield [batch, epoch + 1]
}

async function* again(batches: readonly Dated[]): AsyncGenerator<Dated> {
  for (;;) yield* batches
}

/** Batches in which the logits of every other image are cached already. */
async function* halfKept(logits: TeacherLogits, { split, batchSize }: Loader): AsyncGenerator<Dated> {
  const among = Int32Array.from({ length: 8 * batchSize }, (_, index) => index)
  const augment = { padding: 4, flip: true }
  const shown = new Loader(split, { batchSize, augment, among, shuffle: true })
  const kept = new Loader(split, { batchSize, augment, among: among.filter((index) => index % 2 === 0) })
  for (let epoch = 0; ; epoch++) {
    for (const batch of kept.epoch(epoch)) await ask(logits, [batch, epoch + 1])
    for (const batch of shown.epoch(epoch)) yield [batch, epoch + 1]
  }
}

/** Takes a few steps: few, so other load on the machine affects all ways alike. */
async function turn({ batches, step, imagesPerSecond }: Way, steps: number): Promise<void> {
  const taken: Dated[] = []
  while (taken.length < steps) taken.push((await batches.next()).value)
  const start = performance.now()
  for (const dated of taken) await step(dated)
  const images = taken.reduce((sum, [batch]) => sum + batch.labels.length, 0)
  imagesPerSecond.push((1000 * images) / (performance.now() - start))
}

interface Row {
  readonly title: string
  readonly imagesPerSecond: number
  /** Speed relative to the teacher in the step, by turn. */
  readonly ratio: Spread
}

function summaryOf({ title, imagesPerSecond }: Way, inTheStep: Way): Row {
  const ratios = imagesPerSecond.map((rate, turn) => rate / inTheStep.imagesPerSecond[turn])
  return { title, imagesPerSecond: median(imagesPerSecond), ratio: spreadOf(ratios) }
}

interface Result extends Pick<Options, 'teacher' | 'student' | 'batch' | 'precision'> {
  readonly machine: Machine
  readonly rows: readonly Row[]
  /** Median time to read the logits of a fully cached batch. */
  readonly readingMilliseconds: number
}

function text(result: Result): string {
  const { teacher, student, batch, precision, machine, rows, readingMilliseconds } = result
  return [
    `${teacher} teaches ${student} by DTKD, batch ${batch}, logits kept as ${precision}`,
    describeMachine(machine),
    tableOf(
      ["the teacher's logits", 'images/s', 'no cache = 1'],
      rows.map(({ title, imagesPerSecond, ratio }) => [
        title,
        digits(imagesPerSecond),
        `${digits(ratio.median)} (${digits(ratio.minimum)} … ${digits(ratio.maximum)})`,
      ]),
    ),
    `${digits(readingMilliseconds)} ms until the logits of a batch are read`,
    '',
  ].join('\n')
}
