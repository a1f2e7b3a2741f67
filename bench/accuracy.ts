// Errors of a network in float32, against float64: `node bench/accuracy.ts --help`.
import { Command } from 'commander'
import { RandomStream, streamKey } from '../base/random.ts'
import { wasm } from '../engine/executors/wasm/index.ts'
import { type Executor, grad, openExecutor, realizeOn, tensor } from '../engine/index.ts'
import { createModel, crossEntropy } from '../nn/index.ts'
import { relativeError } from './measure.ts'
import { jsonOption } from './options.ts'
import { tableOf } from './table.ts'

/** Errors of a network in float32, relative in the 2-norm. */
interface Row {
  readonly network: string
  readonly logits: Errors
  readonly gradient: Errors
}

interface Errors {
  readonly direct: number
  readonly winograd: number
}

await new Command()
  .description(
    "Errors of a network in float32 against float64, with and without Winograd's convolutions: of the logits of a forward " +
      'pass in training mode, and of the gradient of the cross entropy, relative in the 2-norm. Initial weights, images of ' +
      'normal noise, batch 8.',
  )
  .argument('[networks...]', 'names of networks', ['resnet8', 'resnet20', 'resnet56', 'resnet8x4'])
  .addOption(jsonOption())
  .action(async (networks: readonly string[], { json }: { readonly json?: boolean }) => {
    const rows: Row[] = []
    for (const network of networks) rows.push(await errorsOf(network))
    process.stdout.write(`${json ? JSON.stringify(rows) : text(rows)}\n`)
  })
  .parseAsync()

interface Answers {
  readonly logits: readonly number[]
  readonly gradient: readonly number[]
}

async function answersOf(name: string, executor: Executor, dtype: 'float32' | 'float64'): Promise<Answers> {
  const model = createModel(name, { classes: 100, channels: 3, seed: 1 })
  model.to(dtype)
  const stream = new RandomStream(streamKey(1, 'accuracy'))
  const pixels = Float32Array.from({ length: 8 * 3 * 32 * 32 }, () => stream.normal())
  const labels = Int32Array.from({ length: 8 }, () => stream.integer(100))
  const { logits } = model.forward(tensor(pixels, { shape: [8, 3, 32, 32], dtype }))
  const gradients = grad(crossEntropy(logits, tensor(labels)), model.parameters())
  await realizeOn(executor, logits, ...gradients)
  const parts = await Promise.all(gradients.map((part) => part.data({ executor })))
  return { logits: [...(await logits.data({ executor }))], gradient: parts.flatMap((part) => [...part]) }
}

async function errorsOf(network: string): Promise<Row> {
  const exact = await answersOf(network, (await openExecutor('reference')).executor, 'float64')
  const direct = await answersOf(network, wasm({ winograd: false }), 'float32')
  const winograd = await answersOf(network, wasm({ winograd: true }), 'float32')
  const errors = (part: keyof Answers): Errors => ({
    direct: relativeError(direct[part], exact[part]),
    winograd: relativeError(winograd[part], exact[part]),
  })
  return { network, logits: errors('logits'), gradient: errors('gradient') }
}

function text(rows: readonly Row[]): string {
  return tableOf(
    ['network', 'logits: direct', 'Winograd', 'gradient: direct', 'Winograd'],
    rows.map(({ network, logits, gradient }) => [
      network,
      ...[logits.direct, logits.winograd, gradient.direct, gradient.winograd].map((error) =>
        error.toExponential(1),
      ),
    ]),
  )
}
