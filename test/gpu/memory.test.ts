import { describe, expect, it } from 'vitest'
import { countCalls, countsOf } from '../../bench/gpu/counts.ts'
import { stepOf } from '../../bench/trainingSteps.ts'
import { useExecutor } from '../../engine/index.ts'
import { modes } from './modes.ts'

const webGpu = modes.find(({ mode }) => mode === 'webgpu')
const steps = Number(process.env.THERMOGRAD_GPU_STEPS ?? 20)

/** The process may grow by this much after the first quarter of the steps: far less than a map per step would take. */
const mostGrowth = 64e6

describe.skipIf(webGpu === undefined)('a training on WebGPU', () => {
  it(`should keep its memory for ${steps} steps`, async () => {
    useExecutor(webGpu!.executor)
    countCalls()
    const step = stepOf({ teacher: 'resnet8', student: 'resnet8', batch: 1 })
    // The second step has another graph: its variables are on the device.
    await step()
    await step()
    let settled = 0
    const { buffers, bytes, bindGroups, pipelines } = await countsOf(async () => {
      for (let i = 0; i < steps; i++) {
        if (i === Math.floor(steps / 4)) settled = process.memoryUsage().rss
        await step()
      }
    })
    expect({ buffers, bytes, bindGroups, pipelines }).toEqual({
      ...{ buffers: 0, bytes: 0, bindGroups: 0, pipelines: 0 },
    })
    expect(process.memoryUsage().rss - settled).toBeLessThan(mostGrowth)
  })
})
