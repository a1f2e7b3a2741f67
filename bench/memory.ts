// Whether many steps leave memory as it was: `node bench/memory.ts [STEPS]` trains a small student with DTKD.
import { grad, realize, tensor } from '../engine/index.ts'
import { RandomStream, streamKey } from '../engine/random.ts'
import { dtkd } from '../kd/index.ts'
import { createModel, SGD } from '../nn/index.ts'

const steps = Number(process.argv[2] ?? 10_000)
const batch = 4
const student = createModel('resnet8', { classes: 10, channels: 1, seed: 1 })
const teacher = createModel('resnet8', { classes: 10, channels: 1, seed: 2 })
teacher.evaluate()
const optimizer = new SGD(student.parameters(), { lr: 0.01, momentum: 0.9, weightDecay: 5e-4 })
const stream = new RandomStream(streamKey(0, 'images'))

for (let step = 1; step <= steps; step++) {
  const pixels = Float32Array.from({ length: batch * 64 }, () => stream.normal())
  const images = tensor(pixels, { shape: [batch, 1, 8, 8] })
  const labels = tensor(Int32Array.from({ length: batch }, () => stream.integer(10)))
  const teacherLogits = teacher.forward(images).logits
  const { loss } = dtkd(student.forward(images).logits, teacherLogits, labels, { epoch: step })
  optimizer.step(grad(loss, student.parameters()))
  await realize(loss, student, optimizer)
  await loss.item()
  if (step === 10 || step % Math.ceil(steps / 10) === 0) {
    const { rss, heapUsed } = process.memoryUsage()
    const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
    console.log(`step ${step}: resident ${megabytes(rss)}, JavaScript heap ${megabytes(heapUsed)}`)
  }
}
