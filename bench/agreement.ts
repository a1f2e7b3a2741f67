// The first steps of a distillation, compared with PyTorch's: `node bench/agreement.ts --help`.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Command, Option } from 'commander'
import ndarray from 'ndarray'
import { type Batch, Loader, openDataset } from '../datasets/index.ts'
import { InvalidInputError, openExecutor, tensor, useExecutor } from '../engine/index.ts'
import { SGD, type StateDict, saveWeights } from '../nn/index.ts'
import { distillerFor, loadTeacher, newNetwork, resolveHyperparameters } from '../train/index.ts'
import { takeStep, trainedBy } from '../train/loop/step.ts'
import { jsonOption, wholeNumber } from './options.ts'
import { python } from './rivals.ts'
import { tableOf } from './table.ts'

interface Options {
  readonly data: string
  readonly teacherWeights: string
  readonly teacher: string
  readonly student: string
  readonly method: string
  readonly epochs: number
  readonly batch: number
  readonly steps: number
  readonly seed: number
  readonly float64?: boolean
  readonly json?: boolean
}

type Precision = 'float32' | 'float64'

/** Largest allowed difference of losses in float64, relative to PyTorch's. */
const tolerance = 1e-4

await new Command('agreement')
  .description(
    'Takes the first steps of a distillation on CIFAR-100 with thermograd and with PyTorch, from the same weights and on ' +
      'the same batches. In float32, rounding moves inputs of ReLUs across 0, so any two correct trainings diverge: PyTorch in ' +
      'float64 shows how fast. In float64 they must agree: the exit code is 1 if a loss differs by more than ' +
      `${tolerance}, relatively.`,
  )
  .requiredOption('--data <path>', 'CIFAR-100: the .tar.gz or the folder unpacked from it')
  .requiredOption('--teacher-weights <file>', 'weights of the teacher, a .pth file')
  .option('--teacher <name>', 'network of the teacher', 'wrn_16_2')
  .option('--student <name>', 'network to train', 'resnet20')
  .addOption(new Option('--method <name>').choices(['alone', 'kd', 'dtkd']).default('dtkd'))
  .option('--epochs <count>', 'length of the whole run, on which the warm-up depends', wholeNumber, 240)
  .option('--batch <images>', 'images per step', wholeNumber, 64)
  .option('--steps <count>', 'number of steps', wholeNumber, 10)
  .option('--seed <number>', 'seed of the run', Number, 0)
  .option('--float64', 'use the reference executor, which takes about a minute per step')
  .addOption(jsonOption())
  .action(async (options: Options) => {
    const folder = await mkdtemp(join(tmpdir(), 'thermograd-agreement-'))
    try {
      const precision: Precision = options.float64 ? 'float64' : 'float32'
      const { ours, theirs, version } = await bothLosses(options, precision, folder)
      const differences = ours.map((loss, i) => relative(loss, theirs[precision][i]))
      const apart = theirs.float32.map((loss, i) => relative(loss, theirs.float64[i]))
      const result = { ...options, precision, version, ours, theirs, differences, apart }
      process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : `${text(result)}\n`)
      if (options.float64 && !(Math.max(...differences) <= tolerance)) process.exitCode = 1
    } finally {
      await rm(folder, { recursive: true })
    }
  })
  .parseAsync()

function relative(value: number, expected: number): number {
  return Math.abs(value - expected) / Math.abs(expected)
}

function text(result: {
  precision: Precision
  version: string
  ours: number[]
  theirs: Record<Precision, number[]>
  differences: number[]
  apart: number[]
}): string {
  const { precision, version, ours, theirs, differences, apart } = result
  const head = [
    'step',
    `thermograd, ${precision}`,
    `PyTorch ${version}, ${precision}`,
    'relative difference',
    'PyTorch, float32 to float64',
  ]
  const rows = ours.map((loss, i) => [
    i + 1,
    loss.toFixed(6),
    theirs[precision][i].toFixed(6),
    differences[i].toExponential(1),
    apart[i].toExponential(1),
  ])
  return tableOf(head, rows)
}

/** Returns the losses of both, by step. */
async function bothLosses(options: Options, precision: Precision, folder: string) {
  const { steps, seed, batch: batchSize, epochs, method } = options
  const { executor } = await openExecutor(precision === 'float64' ? 'reference' : 'wasm')
  useExecutor(executor)
  const dataset = await openDataset('cifar100', { data: options.data })
  const student = newNetwork(options.student, dataset, seed)
  const teacher = (await loadTeacher(dataset, options.teacher, options.teacherWeights)).network
  const hyperparameters = resolveHyperparameters({ epochs, batchSize })
  const { augmentation: augment, train } = dataset
  const loader = new Loader(train, { batchSize, shuffle: true, seed, augment })
  const batches = Array.from(
    { length: steps },
    (_, step) => loader.epoch(0, { startBatch: step }).next().value as Batch,
  )
  const [studentWeights, batchFile] = ['student.pth', 'batches.pth'].map((name) => join(folder, name))
  await saveWeights(studentWeights, student.stateDict())
  await saveWeights(batchFile, tensorsOf(batches))

  const { lr, momentum, weightDecay } = hyperparameters
  const distiller = distillerFor(method, hyperparameters)
  const network = student.train()
  const parts = { network, method: distiller.build({ student, teacher, image: train.images.shape.slice(1) }) }
  const optimizer = new SGD(trainedBy(parts), { lr, momentum, weightDecay })
  student.to(precision)
  teacher.to(precision)
  const ours: number[] = []
  for (const batch of batches.map((batch) => inPrecision(batch, precision)))
    ours.push((await takeStep({ ...parts, optimizer, teacher }, batch, 1)).loss)

  const { warmUp = 0 } = distiller.options as { warmUp?: number }
  const answer = await inPyTorch({
    ...options,
    studentWeights,
    batches: batchFile,
    lr,
    momentum,
    weightDecay,
    warmUp: Math.min(1 / warmUp, 1),
  })
  return { ours, theirs: answer, version: answer.version }
}

/** Converts the images of a batch to the precision of the weights. */
function inPrecision(batch: Batch, precision: Precision): Batch {
  if (precision === 'float32') return batch
  const { data, shape } = batch.images
  return { ...batch, images: ndarray(Float64Array.from(data), shape) as unknown as Batch['images'] }
}

function tensorsOf(batches: readonly Batch[]): StateDict {
  return new Map(
    batches.flatMap(({ images, labels }, i) => [
      [`images.${i}`, tensor(images)] as const,
      [`labels.${i}`, tensor(labels)] as const,
    ]),
  )
}

async function inPyTorch(run: object): Promise<Record<Precision, number[]> & { version: string }> {
  const script = fileURLToPath(new URL('rivals/agreement.py', import.meta.url))
  try {
    return JSON.parse((await promisify(execFile)(python, [script, JSON.stringify(run)])).stdout)
  } catch (error) {
    throw new InvalidInputError(`agreement: PyTorch did not take the steps: ${(error as Error).message}`)
  }
}
