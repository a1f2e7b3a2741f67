import { wasm } from '../engine/executors/wasm/index.ts'
import { type Executor, grad, openExecutor, realizeOn, tensor } from '../engine/index.ts'
import { RandomStream, streamKey } from '../engine/random.ts'
import { createModel, crossEntropy } from '../nn/index.ts'
import { relativeError } from './measure.ts'

/**
 * How far float32 takes a network from float64, with Winograd's convolutions and without: the logits of a training-mode
 * forward pass and the gradient of the cross entropy, as relative errors in the 2-norm. Fresh weights, images of normal
 * noise, batch 8.
 */
const names =
  process.argv.length > 2 ? process.argv.slice(2) : ['resnet8', 'resnet20', 'resnet56', 'resnet8x4']

interface Answers {
  readonly logits: readonly number[]
  readonly gradient: readonly number[]
}

async function answersOf(name: string, executor: Executor, dtype: 'float32' | 'float64'): Promise<Answers> {
  const model = createModel(name, { classes: 100, channels: 3, seed: 1 })
  if (dtype === 'float64') await model.to('float64')
  const stream = new RandomStream(streamKey(1, 'accuracy'))
  const pixels = Float32Array.from({ length: 8 * 3 * 32 * 32 }, () => stream.normal())
  const labels = Int32Array.from({ length: 8 }, () => stream.integer(100))
  const { logits } = model.forward(tensor(pixels, { shape: [8, 3, 32, 32], dtype }))
  const gradients = grad(crossEntropy(logits, tensor(labels)), model.parameters())
  await realizeOn(executor, logits, ...gradients)
  const parts = await Promise.all(gradients.map((part) => part.data({ executor })))
  return { logits: [...(await logits.data({ executor }))], gradient: parts.flatMap((part) => [...part]) }
}

const reference = (await openExecutor('reference')).executor
console.log('network     logits: direct  Winograd   gradient: direct  Winograd')
for (const name of names) {
  const exact = await answersOf(name, reference, 'float64')
  const direct = await answersOf(name, wasm({ winograd: false }), 'float32')
  const winograd = await answersOf(name, wasm({ winograd: true }), 'float32')
  const errors = (part: keyof Answers) =>
    [direct, winograd]
      .map((answers) => relativeError(answers[part], exact[part]).toExponential(1).padStart(9))
      .join('  ')
  console.log(`${name.padEnd(12)}      ${errors('logits')}            ${errors('gradient')}`)
}
