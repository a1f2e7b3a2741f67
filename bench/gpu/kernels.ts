import { type Adapter, acquireAdapter } from '../../engine/executors/gpu/adapter.ts'
import { openWebGpu } from '../../engine/executors/gpu/index.ts'
import { useExecutor } from '../../engine/index.ts'
import { describeJob, type Job } from '../jobs.ts'
import { median } from '../measure.ts'
import { digits, tableOf } from '../table.ts'
import { stepOf } from '../trainingSteps.ts'
import { type Counts, countCalls, countsOf, describeCounts } from './counts.ts'

/** Launches of kernels with these names in a step, and their time. */
interface Share {
  launches: number
  milliseconds: number
}

/** The names of the kernels of a launch: several fused loops are `loops`. */
function nameOf(names: readonly string[]): string {
  return [...new Set(names)].map((name) => (names.length > 1 ? `${name}s` : name)).join(', ')
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

/** Takes steps for this time, but at least three; then one that counts WebGPU's calls, and one with each launch waited for. */
export async function analyseStep(job: Job, seconds: number): Promise<StepAnalysis> {
  const shares = new Map<string, Share>()
  let isTimed = false
  const { context } = await acquireAdapter()
  const { queue } = context.device
  const { executor, adapter } = await openWebGpu()
  /** The same, with each launch on its own. */
  const timed = await openWebGpu({
    watch: async (kernels, submit) => {
      const start = performance.now()
      submit()
      if (!isTimed) return
      await queue.onSubmittedWorkDone()
      const name = nameOf(kernels.map((kernel) => kernel.name))
      const share = shares.get(name) ?? { launches: 0, milliseconds: 0 }
      share.launches++
      share.milliseconds += performance.now() - start
      shares.set(name, share)
    },
  })
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
  useExecutor(timed.executor)
  const timedStep = stepOf(job)
  // The graph of the second step differs: its variables are on the device.
  await timedStep()
  await timedStep()
  isTimed = true
  await timedStep()
  const kernels = [...shares].sort(([, a], [, b]) => b.milliseconds - a.milliseconds)
  const imagesPerSecond = (1000 * job.batch) / median(times)
  return { job, adapter, imagesPerSecond, steps: times.length, counts, kernels }
}

export function describeAnalysis({ job, adapter, imagesPerSecond, counts, kernels }: StepAnalysis): string {
  const rows = kernels.map(([name, { launches, milliseconds }]) => [name, launches, digits(milliseconds)])
  const kind = adapter.isSoftware ? 'a software GPU' : 'a GPU'
  return (
    `${describeJob(job)}: ${digits(imagesPerSecond)} images/s on ${adapter.description} (${kind})\n` +
    `${describeCounts(counts)}\n` +
    `${tableOf(['kernels of a launch', 'launches', 'ms, each waited for'], rows)}\n`
  )
}
