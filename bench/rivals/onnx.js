// The evaluation of a network in onnxruntime, from the file that thermograd exports.
import { availableParallelism } from 'node:os'
import ort from 'onnxruntime-node'
import { createModel, exportOnnx } from '../../nn/index.ts'
import { milliseconds } from '../measure.ts'
import { serve } from '../serve.ts'

const { teacher, batch } = JSON.parse(process.argv[2])
const threads = availableParallelism()
const session = await ort.InferenceSession.create(await exportOnnx(createModel(teacher).evaluate()), {
  intraOpNumThreads: threads,
  graphOptimizationLevel: 'all',
})
const pixels = new Float32Array(batch * 3 * 32 * 32).map(() => Math.random() - 0.5)

async function step() {
  const { logits } = await session.run({ images: new ort.Tensor('float32', pixels, [batch, 3, 32, 32]) })
  await logits.getData()
}

const versions = { 'onnxruntime-node': ort.env.versions.node, node: process.versions.node }
await serve({ versions, threads }, () => milliseconds(step))
