import { describe, expect, it } from 'vitest'
import { wasm } from '../../engine/executors/wasm/index.ts'
import { type Executor, grad, realizeOn, tensor } from '../../engine/index.ts'
import { RandomStream, streamKey } from '../../engine/random.ts'
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

describe('threads', () => {
  it('should not change a bit of what training gives', async () => {
    const one = await trainedWeights(wasm({ threads: 1 }))
    for (const threads of [2, 3]) {
      expect(Buffer.compare(one, await trainedWeights(wasm({ threads }))), `${threads} threads`).toBe(0)
    }
  })
})
