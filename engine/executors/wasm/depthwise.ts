import type { Window } from '../../operations/convolution.ts'
import type { Fold, Instruction } from '../../plan/kernels.ts'
import { emitLoop } from '../../plan/partialFolds.ts'
import type { Scheduler } from '../../plan/scheduler.ts'
import { orderOf, sliceView, type View } from '../../plan/view.ts'
import type { Shape } from '../../shape.ts'

/**
 * Convolutions in which every channel has one filter to itself. There is no product of matrices in them, only a weighted
 * sum of shifted maps: an ordinary fused loop, vectors running over the channels.
 */
type Geometry = Pick<Window, 'stride' | 'dilation'>

/** Whether filters [groups, filters, depth, R, S] are one for each channel. */
export function isDepthwise([groups, filters, depth]: Shape): boolean {
  return groups > 1 && filters === 1 && depth === 1
}

/** The maps as one tap sees them: for each pixel of the output, the one that this tap multiplies. */
function seenBy(maps: View, row: number, column: number, { stride, dilation }: Geometry, shape: Shape): View {
  return sliceView(maps, [0, 0, row * dilation[0], column * dilation[1]], [1, 1, ...stride], shape)
}

/** output[n, c, i, j] = Σ over taps of maps[n, c, at the tap] · filters[c, tap], maps being padded. */
export function depthwiseConvolve(
  scheduler: Scheduler,
  maps: View,
  filters: View,
  output: View,
  geometry: Geometry,
): void {
  const { dtype } = scheduler.values[maps.value]
  const body: Instruction[] = []
  const add = (instruction: Instruction) => body.push(instruction) - 1
  let sum: number | undefined
  const [channels, , , height, width] = filters.shape
  const [channelStride, , , rowStride, columnStride] = filters.strides
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const weight: View = {
        value: filters.value,
        shape: [1, channels, 1, 1],
        strides: [0, channelStride, 0, 0],
        offset: filters.offset + row * rowStride + column * columnStride,
      }
      const map = add({ name: 'load', view: seenBy(maps, row, column, geometry, output.shape), dtype })
      const product = add({
        name: 'multiply',
        inputs: [map, add({ name: 'load', view: weight, dtype })],
        dtype,
      })
      sum = sum === undefined ? product : add({ name: 'add', inputs: [sum, product], dtype })
    }
  }
  const stores = [{ register: sum!, view: output }]
  scheduler.emit({ kind: 'loop', shape: output.shape, order: orderOf(output), body, stores, folds: [] })
}

/** output[c, 0, tap] = Σ over images and pixels of maps[n, c, at the tap] · gradient[n, c, i, j]. */
export function depthwiseWeightGradient(
  scheduler: Scheduler,
  maps: View,
  gradient: View,
  output: View,
  geometry: Geometry,
): void {
  const { dtype } = scheduler.values[maps.value]
  const { shape } = gradient
  const order = orderOf(gradient)
  const [channels, , height, width] = output.shape
  const body: Instruction[] = [{ name: 'load', view: gradient, dtype }]
  const folds: Fold[] = []
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const map = body.push({ name: 'load', view: seenBy(maps, row, column, geometry, shape), dtype }) - 1
      const register = body.push({ name: 'multiply', inputs: [map, 0], dtype }) - 1
      const sums = scheduler.allocate([1, channels, 1, 1], dtype)
      folds.push({ name: 'sum', register, view: { ...sums, shape, strides: [0, 1, 0, 0] } })
    }
  }
  emitLoop(scheduler, { kind: 'loop', shape, order, body, stores: [], folds })
  folds.forEach(({ view }, tap) => {
    const from: View = { ...view, shape: [channels, 1, 1, 1], strides: [1, 0, 0, 0] }
    const place = [0, 0, Math.floor(tap / width), tap % width]
    scheduler.copy(from, sliceView(output, place, [1, 1, 1, 1], from.shape))
  })
}
