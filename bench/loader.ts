// The cost of the data loader in training: `node bench/loader.ts --help`.
import { Command } from 'commander'
import ndarray from 'ndarray'
import { type Batch, Loader, type Split, syntheticDataset } from '../datasets/index.ts'
import { distiller } from '../kd/index.ts'
import { createModel, modelNames, SGD } from '../nn/index.ts'
import { takeStep } from '../train/loop/step.ts'
import { describeMachine, type Machine, thisMachine } from './machine.ts'
import { median, type Spread, spreadOf } from './measure.ts'
import { jsonOption, wholeNumber } from './options.ts'
import { digits, tableOf } from './table.ts'

/** A source of batches, and the results of training on them. */
interface Way {
  readonly title: string
  readonly batches: Iterator<Batch>
  /** Milliseconds until each batch was ready. */
  readonly waits: number[]
  /** One number per turn. */
  readonly imagesPerSecond: number[]
}

function way(title: string, batches: Iterator<Batch>): Way {
  return { title, batches, waits: [], imagesPerSecond: [] }
}

interface Options {
  readonly model: string
  readonly size: number
  readonly batch: number
  readonly seconds: number
  readonly json?: boolean
}

await new Command()
  .description('Images per second of training with and without the data loader, measured alternately.')
  .option('--model <name>', `network to train: ${modelNames.join(', ')}`, 'resnet8')
  .option('--size <pixels>', 'rows and columns of an image', wholeNumber, 32)
  .option('--batch <images>', 'images per step', wholeNumber, 64)
  .option('--seconds <number>', 'duration of all turns', wholeNumber, 30)
  .addOption(jsonOption())
  .action(async (options: Options) => {
    const { model, size, batch, seconds } = options
    const { train } = syntheticDataset({ size, trainCount: 32 * batch })
    const [one] = loaderOf(train, batch).epoch(0)
    const ways = [
      way('the same batch every time', again(one)),
      way('prepared between steps', epochs(loaderOf(unshared(train), batch))),
      way('prepared in parallel with one', epochs(loaderOf(train, batch))),
    ]
    const step = trainingOf(model)
    for (const each of ways) await turn(each, step)
    for (const each of ways) each.waits.length = each.imagesPerSecond.length = 0
    const end = performance.now() + 1000 * seconds
    do for (const each of ways) await turn(each, step)
    while (performance.now() < end)
    const rows = ways.map((each) => summaryOf(each, ways[0]))
    const result = { model, size, batch, machine: thisMachine(), rows }
    process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : text(result))
  })
  .parseAsync()

/** A loader with the augmentation of CIFAR. */
function loaderOf(split: Split, batchSize: number): Loader {
  return new Loader(split, { batchSize, shuffle: true, augment: { padding: 4, flip: true } })
}

/** The same images in memory that is not shared, so the loader prepares batches on demand. */
function unshared(split: Split): Split {
  const { data, shape } = split.images
  return { ...split, images: ndarray(Uint8Array.from(data), shape) }
}

function* again(batch: Batch): Generator<Batch> {
  for (;;) yield batch
}

function* epochs(loader: Loader): Generator<Batch> {
  for (let epoch = 0; ; epoch++) yield* loader.epoch(epoch)
}

function trainingOf(model: string): (batch: Batch) => Promise<unknown> {
  const network = createModel(model, { classes: 10, seed: 1 })
  const optimizer = new SGD(network.parameters(), { lr: 0.01, momentum: 0.9, weightDecay: 5e-4 })
  const method = distiller('alone').build({ student: network, image: [3, 32, 32] })
  return (batch) => takeStep({ network, method, optimizer }, batch, 1)
}

/** Takes ten steps: few, so other load on the machine affects all ways alike. */
async function turn(
  { batches, waits, imagesPerSecond }: Way,
  step: (batch: Batch) => Promise<unknown>,
): Promise<void> {
  const start = performance.now()
  let images = 0
  for (let steps = 0; steps < 10; steps++) {
    const asked = performance.now()
    const batch: Batch = batches.next().value
    waits.push(performance.now() - asked)
    await step(batch)
    images += batch.labels.length
  }
  imagesPerSecond.push((1000 * images) / (performance.now() - start))
}

interface Row {
  readonly title: string
  /** Milliseconds until a batch is ready, median. */
  readonly wait: number
  readonly imagesPerSecond: number
  /** Speed relative to training without a loader, by turn. */
  readonly ratio: Spread
}

function summaryOf({ title, waits, imagesPerSecond }: Way, without: Way): Row {
  const ratios = imagesPerSecond.map((rate, turn) => rate / without.imagesPerSecond[turn])
  return {
    title,
    wait: median(waits),
    imagesPerSecond: median(imagesPerSecond),
    ratio: spreadOf(ratios),
  }
}

interface Result {
  readonly model: string
  readonly size: number
  readonly batch: number
  readonly machine: Machine
  readonly rows: readonly Row[]
}

function text({ model, size, batch, machine, rows }: Result): string {
  return [
    `${model} trained, batch ${batch} of 3×${size}×${size}`,
    describeMachine(machine),
    tableOf(
      ['batches', 'ms until available', 'images/s', 'without a loader = 1'],
      rows.map(({ title, wait, imagesPerSecond, ratio }) => [
        title,
        digits(wait),
        digits(imagesPerSecond),
        `${digits(ratio.median)} (${digits(ratio.minimum)} … ${digits(ratio.maximum)})`,
      ]),
    ),
    '',
  ].join('\n')
}
