import type { Adapter } from '../../engine/executors/gpu/adapter.ts'
import type { Backend, Block } from '../../engine/executors/gpu/backend.ts'
import { openWebGpu } from '../../engine/executors/gpu/index.ts'
import type { KernelSource } from '../../engine/executors/gpu/kernels/writer.ts'
import { useExecutor } from '../../engine/index.ts'
import { describeJob, type Job } from '../jobs.ts'
import { median } from '../measure.ts'
import { digits, tableOf } from '../table.ts'
import { stepOf } from '../trainingSteps.ts'
import { type Counts, countCalls, countsOf, describeCounts } from './counts.ts'

/** Calls and time of the kernels of one name in a step. */
interface Share {
  calls: number
  milliseconds: number
}

/** Forwards everything, and times each kernel by waiting for it. */
class Stopwatch implements Backend {
  readonly mode: string
  readonly target: Backend['target']
  /** While this is `undefined`, kernels are not waited for. */
  shares: Map<string, Share> | undefined
  readonly #inner: Backend

  constructor(inner: Backend) {
    this.#inner = inner
    this.mode = inner.mode
    this.target = inner.target
  }

  async run(kernel: KernelSource, inputs: readonly Block[]): Promise<Block> {
    if (this.shares === undefined) return this.#inner.run(kernel, inputs)
    const start = performance.now()
    const block = await this.#inner.run(kernel, inputs)
    await this.#inner.settle()
    const share = this.shares.get(kernel.name) ?? { calls: 0, milliseconds: 0 }
    share.calls++
    share.milliseconds += performance.now() - start
    this.shares.set(kernel.name, share)
    return block
  }

  upload(elements: Float32Array): Block {
    return this.#inner.upload(elements)
  }

  read(block: Block, length: number): Promise<Float32Array> {
    return this.#inner.read(block, length)
  }

  share(block: Block): Block {
    return this.#inner.share(block)
  }

  release(block: Block): void {
    this.#inner.release(block)
  }

  settle(): Promise<void> {
    return this.#inner.settle()
  }
}

/** A step on WebGPU. */
export interface StepAnalysis {
  readonly job: Job
  readonly adapter: Adapter
  readonly imagesPerSecond: number
  readonly steps: number
  readonly counts: Counts
  /** Slowest first. */
  readonly kernels: readonly (readonly [name: string, share: Share])[]
}

/** Takes steps for this time, but at least three; then one that counts WebGPU's calls, and one with each kernel waited for. */
export async function analyseStep(job: Job, seconds: number): Promise<StepAnalysis> {
  let stopwatch: Stopwatch | undefined
  const { executor, adapter } = await openWebGpu((backend) => (stopwatch = new Stopwatch(backend)))
  useExecutor(executor)
  countCalls()
  const step = stepOf(job)
  // The first step compiles.
  await step()
  const times: number[] = []
  const end = performance.now() + seconds * 1000
  while (times.length < 3 || performance.now() < end) {
    const start = performance.now()
    await step()
    times.push(performance.now() - start)
  }
  const counts = await countsOf(step)
  const shares = new Map<string, Share>()
  stopwatch!.shares = shares
  await step()
  const kernels = [...shares].sort(([, a], [, b]) => b.milliseconds - a.milliseconds)
  const imagesPerSecond = (1000 * job.batch) / median(times)
  return { job, adapter, imagesPerSecond, steps: times.length, counts, kernels }
}

export function describeAnalysis({ job, adapter, imagesPerSecond, counts, kernels }: StepAnalysis): string {
  const rows = kernels.map(([name, { calls, milliseconds }]) => [name, calls, digits(milliseconds)])
  const kind = adapter.isSoftware ? 'a software GPU' : 'a GPU'
  return (
    `${describeJob(job)}: ${digits(imagesPerSecond)} images/s on ${adapter.description} (${kind})\n` +
    `${describeCounts(counts)}\n` +
    `${tableOf(['kernel', 'calls', 'ms, each waited for'], rows)}\n`
  )
}
