// Errors of a network in float32, against float64: `node bench/accuracy.ts --help`.
import { Command } from 'commander'
import { RandomStream, streamKey } from '../base/random.ts'
import { wasm } from '../engine/executors/wasm/index.ts'
import { type Executor, grad, openExecutor, realizeOn, tensor } from '../engine/index.ts'
import { createModel, crossEntropy } from '../nn/index.ts'
import { relativeError, type Spread, spreadOf } from './measure.ts'
import { jsonOption, wholeNumber } from './options.ts'
import { tableOf } from './table.ts'

/** Errors of a network in float32, relative in the 2-norm, over several seeds. */
interface Row {
  readonly network: string
  readonly logits: Errors
  readonly gradient: Errors
}

interface Errors {
  readonly direct: Spread
  readonly winograd: Spread
}

await new Command()
  .description(
    "Errors of a network in float32 against float64, with and without Winograd's convolutions: of the logits of a forward " +
      'pass in training mode, and of the gradient of the cross entropy, relative in the 2-norm: medians over seeds of ' +
      'initial weights and of images of normal noise, batch 8. Where rounding moves the input of a ReLU across 0, a gradient ' +
      'is off by far more, so that one seed says little.',
  )
  .argument('[networks...]', 'names of networks', ['resnet8', 'resnet20', 'resnet56', 'resnet8x4'])
  .option('--seeds <number>', 'number of seeds', wholeNumber, 9)
  .addOption(jsonOption())
  .action(
    async (
      networks: readonly string[],
      { seeds, json }: { readonly seeds: number; readonly json?: boolean },
    ) => {
      const rows: Row[] = []
      for (const network of networks) rows.push(await rowOf(network, seeds))
      process.stdout.write(`${json ? JSON.stringify(rows) : text(rows)}\n`)
    },
  )
  .parseAsync()

interface Answers {
  readonly logits: readonly number[]
  readonly gradient: readonly number[]
}

async function answersOf(
  name: string,
  seed: number,
  executor: Executor,
  dtype: 'float32' | 'float64',
): Promise<Answers> {
  const model = createModel(name, { classes: 100, channels: 3, seed })
  model.to(dtype)
  const stream = new RandomStream(streamKey(seed, 'accuracy'))
  const pixels = Float32Array.from({ length: 8 * 3 * 32 * 32 }, () => stream.normal())
  const labels = Int32Array.from({ length: 8 }, () => stream.integer(100))
  const { logits } = model.forward(tensor(pixels, { shape: [8, 3, 32, 32], dtype }))
  const gradients = grad(crossEntropy(logits, tensor(labels)), model.parameters())
  await realizeOn(executor, logits, ...gradients)
  const parts = await Promise.all(gradients.map((part) => part.data({ executor })))
  return { logits: [...(await logits.data({ executor }))], gradient: parts.flatMap((part) => [...part]) }
}

async function rowOf(network: string, seeds: number): Promise<Row> {
  const { executor: reference } = await openExecutor('reference')
  const [direct, winograd] = [wasm({ winograd: false }), wasm({ winograd: true })]
  const errors: Record<keyof Errors, Record<keyof Answers, number>>[] = []
  for (let seed = 1; seed <= seeds; seed++) {
    const exact = await answersOf(network, seed, reference, 'float64')
    const errorsOn = async (executor: Executor) => {
      const answers = await answersOf(network, seed, executor, 'float32')
      return {
        logits: relativeError(answers.logits, exact.logits),
        gradient: relativeError(answers.gradient, exact.gradient),
      }
    }
    errors.push({ direct: await errorsOn(direct), winograd: await errorsOn(winograd) })
  }
  const over = (part: keyof Answers): Errors => ({
    direct: spreadOf(errors.map((error) => error.direct[part])),
    winograd: spreadOf(errors.map((error) => error.winograd[part])),
  })
  return { network, logits: over('logits'), gradient: over('gradient') }
}

function text(rows: readonly Row[]): string {
  return tableOf(
    ['network', 'logits: direct', 'Winograd', 'gradient: direct', 'Winograd'],
    rows.map(({ network, logits, gradient }) => [
      network,
      ...[logits.direct, logits.winograd, gradient.direct, gradient.winograd].map(spreadText),
    ]),
  )
}

function spreadText({ minimum, median, maximum }: Spread): string {
  const [least, middle, most] = [minimum, median, maximum].map((error) => error.toExponential(1))
  return `${middle} (${least} … ${most})`
}
