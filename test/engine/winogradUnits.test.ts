import { describe, expect, it } from 'vitest'
import { wasm } from '../../engine/executors/wasm/index.ts'
import type { WasmCalls } from '../../engine/executors/wasm/kernels/calls.ts'
import { codeOf } from '../../engine/executors/wasm/kernels/index.ts'
import { dialectOf } from '../../engine/executors/wasm/lowering/dialect.ts'
import { winogradConvolve, winogradWeightGradient } from '../../engine/executors/wasm/lowering/winograd.ts'
import { Scheduler } from '../../engine/plan/scheduler.ts'
import type { Order } from '../../engine/plan/view.ts'

const batch = 64

/** 3×3 convolutions of resnet20, resnet8x4 and wrn_16_2. */
const layers = [
  { channels: 16, filters: 16, size: 32, stride: 1 },
  { channels: 32, filters: 32, size: 16, stride: 1 },
  { channels: 64, filters: 64, size: 8, stride: 1 },
  { channels: 64, filters: 64, size: 32, stride: 1 },
  { channels: 128, filters: 128, size: 16, stride: 1 },
  { channels: 256, filters: 256, size: 8, stride: 1 },
  { channels: 16, filters: 32, size: 16, stride: 2 },
  { channels: 32, filters: 64, size: 8, stride: 2 },
  { channels: 64, filters: 128, size: 16, stride: 2 },
  { channels: 64, filters: 128, size: 8, stride: 2 },
  { channels: 128, filters: 256, size: 8, stride: 2 },
] as const

describe.each(layers)(
  'Winograd from $channels to $filters channels at $size×$size, stride $stride',
  ({ channels, filters, size, stride }) => {
    it('should divide every kernel into units for 16 threads', () => {
      const { modes } = wasm({ threads: 16 })
      const graph = { inputs: [], operations: [], outputs: [] }
      const scheduler = new Scheduler<WasmCalls>(graph, dialectOf(modes))
      const channelsLast: Order = [0, 2, 3, 1]
      const allocate = (depth: number, side: number) =>
        scheduler.allocate([batch, depth, side, side], 'float32', channelsLast)
      const method = { outputTile: 4, stride } as const
      const inputSize = stride * size
      const maps = allocate(channels, inputSize + 2)
      const weights = scheduler.allocate([1, filters, channels, 3, 3], 'float32')
      const rotated = scheduler.allocate([1, channels, filters, 3, 3], 'float32')
      const [forward, backward] = (['forward', 'inputGradient'] as const).map((pass) => ({ ...method, pass }))
      winogradConvolve(scheduler, modes, forward, maps, weights, allocate(filters, size))
      const gradient = allocate(filters, size + (stride === 1 ? 2 : 1))
      winogradConvolve(scheduler, modes, backward, gradient, rotated, allocate(channels, inputSize))
      const shape = [filters, channels, 3, 3]
      winogradWeightGradient(scheduler, modes, method, maps, allocate(filters, size), shape)
      for (const kernel of scheduler.kernels) {
        expect(codeOf(kernel, scheduler.values, modes).units, kernel.kind).toBeGreaterThanOrEqual(16)
      }
    })
  },
)
