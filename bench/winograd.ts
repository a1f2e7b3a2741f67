// Choice of the convolution method: `node bench/winograd.ts --help`.
import { Command } from 'commander'
import { RandomStream, streamKey } from '../base/random.ts'
import { engineModes } from '../engine/executors/wasm/modes.ts'
import {
  type Executor,
  openExecutor,
  permute,
  realizeOn,
  type Tensor,
  tensor,
  variable,
} from '../engine/index.ts'
import type { Geometry } from '../engine/operations/attributes.ts'
import {
  conv2dInputGradientPrimitive,
  conv2dPrimitive,
  conv2dWeightGradientPrimitive,
} from '../engine/operations/convolution.ts'
import { apply } from '../engine/operations/primitive.ts'
import { type Shape, sizeOf } from '../engine/shape.ts'
import type { Variable } from '../engine/variable.ts'
import { describeMachine, thisMachine } from './machine.ts'
import { relativeError } from './measure.ts'
import { jsonOption, wholeNumber } from './options.ts'
import { Stopwatch } from './stopwatch.ts'
import { digits, tableOf } from './table.ts'

/** With stride 1: channels, equal to filters, and size of square maps. */
const layers = [
  [16, 32],
  [32, 16],
  [64, 32],
  [64, 8],
  [128, 16],
  [256, 8],
  [16, 4],
  [64, 4],
  [512, 4],
  [16, 14],
  [32, 14],
  [64, 14],
  [256, 14],
  [32, 6],
  [64, 6],
  [64, 2],
  [512, 2],
] as const

/** With stride 2: channels, filters and size of the output. */
const halvingLayers = [
  [16, 32, 16],
  [32, 64, 16],
  [32, 64, 8],
  [64, 128, 16],
  [64, 128, 8],
  [128, 256, 8],
  [128, 256, 4],
  [64, 64, 14],
] as const

const products = ['forward', 'input gradient', 'weight gradient'] as const

interface Row {
  readonly product: (typeof products)[number]
  readonly channels: number
  readonly filters: number
  /** Of the output. */
  readonly size: number
  readonly stride: 1 | 2
}

/** With stride 1, the input gradient is a forward convolution with rotated filters. */
const rows: readonly Row[] = products.flatMap((product) => [
  ...layers.flatMap(([channels, size]) =>
    product === 'input gradient' ? [] : [{ product, channels, filters: channels, size, stride: 1 as const }],
  ),
  ...halvingLayers.map(([channels, filters, size]) => ({
    ...{ product, channels, filters, size },
    stride: 2 as const,
  })),
])

/** `false` is direct convolution, m is Winograd's method with tiles of m×m pixels. */
const methods = [false, 2, 4] as const

/** One thread each: with more, the load on the other processors would matter more than the method. */
/** In a training, every operand changes from step to step. */
const stopwatches = new Map(
  methods.map((winograd) => [winograd, new Stopwatch({ winograd, threads: 1 }, { inputsChange: true })]),
)

/** Number of passes over all layers: a disturbance of one pass is often over by the next. */
const passes = 3

/** The exact result takes long, so errors are measured on one image. */
const fewImages = 1

interface Outcome extends Row {
  /** By method; `undefined` if the size of the map rules it out. */
  readonly milliseconds: readonly (number | undefined)[]
  /** Errors relative to float64, in the 2-norm. */
  readonly errors: readonly (number | undefined)[]
}

await new Command()
  .description(
    "3×3 convolutions, direct and by Winograd's method with tiles of 2×2 and 4×4: shortest times of one thread, measured " +
      'alternately, and errors.',
  )
  .option('--batch <images>', 'images in a batch', wholeNumber, 64)
  .option('--stride <pixels>', 'only layers of this stride', wholeNumber)
  .addOption(jsonOption())
  .action(async ({ batch, stride, json }: { batch: number; stride?: number; json?: boolean }) => {
    const outcomes: Outcome[] = []
    for (const row of rows.filter((row) => stride === undefined || row.stride === stride)) {
      process.stderr.write(`${row.product}, ${titleOf(row)} …\n`)
      outcomes.push({ ...row, milliseconds: await timesOf(row, batch), errors: await errorsOf(row) })
    }
    const result = { batch, machine: thisMachine(), modes: engineModes(), outcomes }
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : text(result))
  })
  .parseAsync()

/** Returns the shortest run of each method. */
async function timesOf(row: Row, batch: number): Promise<(number | undefined)[]> {
  const contestants = methods.map((method) =>
    isPossible(row, method)
      ? { stopwatch: stopwatches.get(method)!, record: prepare(row, batch, 'float32'), shortest: Infinity }
      : undefined,
  )
  for (let pass = 1; pass <= passes; pass++) {
    for (const contestant of contestants) {
      if (contestant === undefined) continue
      const { stopwatch, record } = contestant
      const end = performance.now() + 60
      for (let runs = 0; runs < 8 || performance.now() < end; runs++) {
        await realizeOn(stopwatch.executor, record())
        contestant.shortest = Math.min(contestant.shortest, stopwatch.lap().computing)
      }
    }
  }
  return contestants.map((contestant) => contestant?.shortest)
}

async function errorsOf(row: Row): Promise<(number | undefined)[]> {
  const resultOn = async (executor: Executor, dtype: 'float32' | 'float64') => {
    const result = prepare(row, fewImages, dtype)()
    await realizeOn(executor, result)
    return Array.from(await result.data({ executor }))
  }
  const exact = await resultOn((await openExecutor('reference')).executor, 'float64')
  const errors: (number | undefined)[] = []
  for (const method of methods) {
    if (!isPossible(row, method)) errors.push(undefined)
    else {
      const result = await resultOn(stopwatches.get(method)!.executor, 'float32')
      errors.push(relativeError(result, exact))
    }
  }
  return errors
}

function isPossible({ size }: Row, method: (typeof methods)[number]): boolean {
  return method === false || size % method === 0
}

/** Makes operands of normal noise, with maps channels last. Returns a function that records the product once. */
function prepare(
  { product, channels, filters, size, stride }: Row,
  batch: number,
  dtype: 'float32' | 'float64',
): () => Variable {
  const normal = (name: string, shape: Shape) => {
    const stream = new RandomStream(streamKey(1, name))
    return variable(
      tensor(
        Float32Array.from({ length: sizeOf(shape) }, () => stream.normal()),
        { shape, dtype },
      ),
    )
  }
  const inputSize = [stride * size, stride * size] as const
  const maps = normal('maps', [batch, ...inputSize, channels])
  const outputs = normal('outputs', [batch, size, size, filters])
  const weights = normal('weights', [filters, channels, 3, 3])
  const channelsSecond = (x: Tensor) => permute(x, [0, 3, 1, 2])
  const channelsLast = (x: Tensor) => permute(x, [0, 2, 3, 1])
  const window: Geometry = { stride: [stride, stride], padding: [1, 1], dilation: [1, 1], groups: 1 }
  return () => {
    if (product === 'forward') {
      outputs.assign(channelsLast(apply(conv2dPrimitive, [channelsSecond(maps), weights], window)))
      return outputs
    }
    if (product === 'input gradient') {
      const attributes = { ...window, inputSize }
      const operands = [channelsSecond(outputs), weights]
      maps.assign(channelsLast(apply(conv2dInputGradientPrimitive, operands, attributes)))
      return maps
    }
    const attributes = { ...window, kernelSize: [3, 3] }
    weights.assign(
      apply(conv2dWeightGradientPrimitive, [channelsSecond(maps), channelsSecond(outputs)], attributes),
    )
    return weights
  }
}

function titleOf({ channels, filters, size, stride }: Row): string {
  if (stride === 1) return `${channels} channels, ${size}×${size}`
  return `${channels} → ${filters} channels, ${stride * size}×${stride * size} → ${size}×${size}`
}

function text({
  batch,
  machine,
  outcomes,
}: {
  batch: number
  machine: ReturnType<typeof thisMachine>
  outcomes: readonly Outcome[]
}): string {
  const table = (product: string) =>
    tableOf(
      [product, 'ms: direct', '2×2', '4×4', 'error: direct', '2×2', '4×4'],
      outcomes
        .filter((outcome) => outcome.product === product)
        .map((outcome) => [
          titleOf(outcome),
          ...outcome.milliseconds.map((time) => (time === undefined ? '' : digits(time))),
          ...outcome.errors.map((error) => error?.toExponential(1) ?? ''),
        ]),
    )
  return [`batch ${batch}`, describeMachine(machine), ...products.map(table), ''].join('\n')
}
