// Memory over many steps: `node bench/memory.ts --help`.
import { Command } from 'commander'
import { RandomStream, streamKey } from '../base/random.ts'
import { grad, realize, tensor } from '../engine/index.ts'
import { dtkd } from '../kd/index.ts'
import { createModel, SGD } from '../nn/index.ts'
import { jsonOption, wholeNumber } from './options.ts'

/** Memory of the process after a number of steps, in bytes. */
interface Sample {
  readonly step: number
  readonly resident: number
  readonly javascriptHeap: number
}

await new Command()
  .description('Trains a small student with DTKD, and reports ten times how much memory the process holds.')
  .argument('[steps]', 'number of steps', wholeNumber, 10_000)
  .addOption(jsonOption())
  .action(async (steps: number, { json }: { readonly json?: boolean }) => {
    const samples: Sample[] = []
    for await (const sample of memoryOf(steps)) {
      samples.push(sample)
      if (!json) process.stdout.write(`${text(sample)}\n`)
    }
    if (json) process.stdout.write(`${JSON.stringify({ steps, samples })}\n`)
  })
  .parseAsync()

/** Yields memory after the first ten steps, when everything is planned, and after each tenth of all steps. */
async function* memoryOf(steps: number): AsyncGenerator<Sample> {
  const step = smallStep()
  for (let taken = 1; taken <= steps; taken++) {
    await step(taken)
    if (taken !== 10 && taken % Math.ceil(steps / 10) !== 0) continue
    const { rss, heapUsed } = process.memoryUsage()
    yield { step: taken, resident: rss, javascriptHeap: heapUsed }
  }
}

function smallStep(): (epoch: number) => Promise<void> {
  const batch = 4
  const student = createModel('resnet8', { classes: 10, channels: 1, seed: 1 })
  const teacher = createModel('resnet8', { classes: 10, channels: 1, seed: 2 }).evaluate()
  const optimizer = new SGD(student.parameters(), { lr: 0.01, momentum: 0.9, weightDecay: 5e-4 })
  const stream = new RandomStream(streamKey(0, 'images'))
  return async (epoch) => {
    const pixels = Float32Array.from({ length: batch * 64 }, () => stream.normal())
    const images = tensor(pixels, { shape: [batch, 1, 8, 8] })
    const labels = tensor(Int32Array.from({ length: batch }, () => stream.integer(10)))
    const teacherLogits = teacher.forward(images).logits
    const { loss } = dtkd(student.forward(images).logits, teacherLogits, labels, { epoch })
    optimizer.step(grad(loss, student.parameters()))
    await realize(loss, student, optimizer)
    await loss.item()
  }
}

function text({ step, resident, javascriptHeap }: Sample): string {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
  return `step ${step}: resident ${megabytes(resident)}, JavaScript heap ${megabytes(javascriptHeap)}`
}
