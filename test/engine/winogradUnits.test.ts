import { describe, expect, it } from 'vitest'
import { wasm } from '../../engine/executors/wasm/index.ts'
import type { WasmCalls } from '../../engine/executors/wasm/kernels/calls.ts'
import { codeOf } from '../../engine/executors/wasm/kernels/index.ts'
import { dialectOf } from '../../engine/executors/wasm/lowering/dialect.ts'
import { winogradConvolve, winogradWeightGradient } from '../../engine/executors/wasm/lowering/winograd.ts'
import { Scheduler } from '../../engine/plan/scheduler.ts'
import type { Order } from '../../engine/plan/view.ts'

const batch = 64

/** The maps of resnet20 and of resnet8x4. */
const layers = [
  { channels: 16, size: 32 },
  { channels: 32, size: 16 },
  { channels: 64, size: 8 },
  { channels: 64, size: 32 },
  { channels: 128, size: 16 },
  { channels: 256, size: 8 },
]

describe.each(layers)('Winograd with $channels channels at $size×$size', ({ channels, size }) => {
  it('should divide every kernel into units for 16 threads', () => {
    const { modes } = wasm({ threads: 16 })
    const scheduler = new Scheduler<WasmCalls>({ inputs: [], operations: [], outputs: [] }, dialectOf(modes))
    const channelsLast: Order = [0, 2, 3, 1]
    const mapsOf = (side: number) =>
      scheduler.allocate([batch, channels, side, side], 'float32', channelsLast)
    const weights = scheduler.allocate([1, channels, channels, 3, 3], 'float32')
    const method = { outputTile: 4, stride: 1 } as const
    winogradConvolve(
      scheduler,
      modes,
      { ...method, pass: 'forward' },
      mapsOf(size + 2),
      weights,
      mapsOf(size),
    )
    winogradWeightGradient(scheduler, modes, method, mapsOf(size + 2), mapsOf(size), [
      channels,
      channels,
      3,
      3,
    ])
    for (const kernel of scheduler.kernels) {
      expect(codeOf(kernel, scheduler.values, modes).units).toBeGreaterThanOrEqual(16)
    }
  })
})
