/** Calls of WebGPU. */
export interface Counts {
  dispatches: number
  submits: number
  /** Buffers created, and their bytes. */
  buffers: number
  bytes: number
  bindGroups: number
  /** Compiled pipelines: zero after the first run. */
  pipelines: number
  /** Writes from the host into buffers that exist. */
  writes: number
  /** Buffers mapped so that the host can read them. */
  reads: number
  /** Times that the host waited for the whole queue. */
  waits: number
}

const none: Counts = {
  ...{ dispatches: 0, submits: 0, buffers: 0, bytes: 0, bindGroups: 0 },
  ...{ pipelines: 0, writes: 0, reads: 0, waits: 0 },
}

const total: Counts = { ...none }

/** Starts counting the calls of all devices in this process. WebGPU's classes must be defined globally. */
export function countCalls(): void {
  const calls: readonly [className: string, method: string, count: (argument: unknown) => void][] = [
    ['GPUComputePassEncoder', 'dispatchWorkgroups', () => total.dispatches++],
    ['GPUQueue', 'submit', () => total.submits++],
    ['GPUQueue', 'writeBuffer', () => total.writes++],
    ['GPUQueue', 'onSubmittedWorkDone', () => total.waits++],
    ['GPUDevice', 'createBindGroup', () => total.bindGroups++],
    ['GPUDevice', 'createComputePipeline', () => total.pipelines++],
    ['GPUDevice', 'createComputePipelineAsync', () => total.pipelines++],
    ['GPUBuffer', 'mapAsync', () => total.reads++],
    [
      'GPUDevice',
      'createBuffer',
      (descriptor) => {
        total.buffers++
        total.bytes += (descriptor as { readonly size: number }).size
      },
    ],
  ]
  for (const [className, method, count] of calls) {
    const { prototype } = Reflect.get(globalThis, className)
    const original = prototype[method]
    prototype[method] = function (...values: unknown[]) {
      count(values[0])
      return original.apply(this, values)
    }
  }
}

/** Returns the calls that happen while `run` does. */
export async function countsOf(run: () => Promise<unknown>): Promise<Counts> {
  const before = { ...total }
  await run()
  const counts = { ...none }
  for (const name of Object.keys(counts) as (keyof Counts)[]) counts[name] = total[name] - before[name]
  return counts
}

export function describeCounts({
  dispatches,
  submits,
  buffers,
  bytes,
  bindGroups,
  pipelines,
  writes,
  reads,
  waits,
}: Counts): string {
  return (
    `${dispatches} dispatches, ${submits} submits, ${buffers} new buffers (${(bytes / 1e6).toFixed(1)} MB), ` +
    `${bindGroups} bind groups, ${pipelines} pipelines, ${writes} writes, ${reads} reads, ${waits} waits`
  )
}
