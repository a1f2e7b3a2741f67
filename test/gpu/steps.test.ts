import { describe, expect, it } from 'vitest'
import { type Counts, countCalls, countsOf } from '../../bench/gpu/counts.ts'
import { stepOf } from '../../bench/trainingSteps.ts'
import { useExecutor } from '../../engine/index.ts'
import { modes } from './modes.ts'

const webGpu = modes.find(({ mode }) => mode === 'webgpu')

describe.skipIf(webGpu === undefined)('the steps of a distillation on WebGPU', () => {
  it('should each be one submission and one read, without new buffers and without waiting', async () => {
    useExecutor(webGpu!.executor)
    countCalls()
    const step = stepOf({ teacher: 'resnet8', student: 'resnet8', batch: 4 })
    // The second step has another graph: its variables are on the device.
    await step()
    await step()
    const counts: Counts[] = []
    for (let i = 0; i < 3; i++) counts.push(await countsOf(step))
    for (const { dispatches, writes, ...others } of counts) {
      expect(others).toEqual({
        ...{ submits: 2, buffers: 0, bytes: 0, bindGroups: 0, pipelines: 0, reads: 1, waits: 0 },
      })
      expect(dispatches).toBeLessThanOrEqual(160)
      expect(writes).toBeLessThanOrEqual(10)
    }
  })
})
