import { describe, expect, it } from 'vitest'
import { RandomStream, streamKey } from '../../base/random.ts'
import { wasm } from '../../engine/executors/wasm/index.ts'
import {
  conv2d,
  type Executor,
  grad,
  matmul,
  mean,
  realizeOn,
  relu,
  type Tensor,
  tensor,
} from '../../engine/index.ts'
import { type Shape, sizeOf } from '../../engine/shape.ts'
import { dtkd } from '../../kd/index.ts'
import { createModel, SGD } from '../../nn/index.ts'
import { describeConformance } from './conformance.ts'

const narrow = { rows: 6, columns: 8 }

describe('engine modes', () => {
  describeConformance('wasm, without relaxed SIMD', async () => wasm({ relaxedSimd: false }))
  describeConformance('wasm, with narrow tiles', async () => wasm({ tile: narrow }))
  describeConformance('wasm, with three threads', async () => wasm({ threads: 3 }))
})

/** The weights after three steps of distillation, as bytes. */
async function trainedWeights(executor: Executor): Promise<Uint8Array> {
  const student = createModel('resnet8', { classes: 10, channels: 3, seed: 1 })
  const teacher = createModel('resnet14', { classes: 10, channels: 3, seed: 2 })
  teacher.evaluate()
  const optimizer = new SGD(student.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 5e-4 })
  const stream = new RandomStream(streamKey(3, 'images'))
  for (let step = 0; step < 3; step++) {
    const images = tensor(
      Float32Array.from({ length: 16 * 3 * 16 * 16 }, () => stream.normal()),
      { shape: [16, 3, 16, 16] },
    )
    const labels = tensor(Int32Array.from({ length: 16 }, () => stream.integer(10)))
    const teacherLogits = teacher.forward(images).logits
    const { loss } = dtkd(student.forward(images).logits, teacherLogits, labels, { epoch: 20 })
    optimizer.step(grad(loss, student.parameters()))
    await realizeOn(executor, loss, student, optimizer)
  }
  const arrays = await Promise.all(student.parameters().map((parameter) => parameter.data({ executor })))
  return Buffer.concat(arrays.map(({ buffer }) => new Uint8Array(buffer)))
}

/** A network of three convolutions, 3×3, of so many filters each: outputs and the gradients of all weights. */
function networkOf(filters: number): Tensor[] {
  const stream = new RandomStream(streamKey(filters, 'network'))
  const normal = (shape: Shape) =>
    tensor(
      Float32Array.from({ length: sizeOf(shape) }, () => stream.normal()),
      { shape },
    )
  const images = normal([4, 3, 16, 16])
  const weights = [3, filters, filters].map((channels) => normal([filters, channels, 3, 3]))
  const classifier = normal([filters, 10])
  const maps = weights.reduce((x, weight) => relu(conv2d(x, weight, undefined, { padding: 1 })), images)
  const logits = matmul(mean(maps, [2, 3]), classifier)
  return [logits, ...grad(logits, [images, classifier, ...weights], normal([4, 10]))]
}

describe('tiles, of which a trial of speed chooses', () => {
  const [narrowExecutor, wideExecutor] = [8, 16].map((columns) => wasm({ tile: { rows: 6, columns } }))

  it.each([24, 12, 40, 16])('should all give the same bits, to %i filters', async (filters) => {
    const bytesOn = async (executor: Executor) => {
      const arrays = await Promise.all(networkOf(filters).map((result) => result.data({ executor })))
      return Buffer.concat(arrays.map(({ buffer }) => new Uint8Array(buffer)))
    }
    expect(Buffer.compare(await bytesOn(narrowExecutor), await bytesOn(wideExecutor))).toBe(0)
  })
})

describe('multiplications and additions in one', () => {
  it('should be said to round once where they do', async () => {
    const epsilon = 2 ** -20
    const factors = [tensor([[1 + epsilon, 1]]), tensor([[1 + epsilon], [-1 - 2 * epsilon]])]
    // The product comes second, so that it is added to the other.
    const product = () => matmul(factors[0].flip(1), factors[1].flip(0))
    const [fused] = await product().data({ executor: wasm() })
    expect(wasm().modes.fusedMultiplyAdd).toBe(fused !== 0)
    const executor = wasm({ relaxedSimd: false })
    expect(executor.modes.fusedMultiplyAdd).toBe(false)
    expect(await product().data({ executor })).toEqual(Float32Array.of(0))
  })
})

describe('threads', () => {
  it('should not change a bit of what training gives', async () => {
    const one = await trainedWeights(wasm({ threads: 1 }))
    for (const threads of [2, 3]) {
      expect(Buffer.compare(one, await trainedWeights(wasm({ threads }))), `${threads} threads`).toBe(0)
    }
  })
})
