import type { Window } from '../../../operations/attributes.ts'
import { emitLoop } from '../../../plan/partialFolds.ts'
import type { Scheduler } from '../../../plan/scheduler.ts'
import { broadcastView, rowMajor, type View } from '../../../plan/view.ts'
import type { Shape } from '../../../shape.ts'
import type { WasmCalls } from '../kernels/calls.ts'
import { depthwiseTotalsFloats } from '../kernels/depthwise.ts'
import type { Inside } from '../kernels/inside.ts'
import type { EngineModes } from '../modes.ts'
import { scratchOf } from './scratch.ts'

/** Convolutions with one filter for each channel: they contain no matrix product. */

type Geometry = Pick<Window, 'stride' | 'dilation'>

/** Returns whether filters [groups, filters, depth, R, S] are one for each channel. */
export function isDepthwise([groups, filters, depth]: Shape): boolean {
  return groups > 1 && filters === 1 && depth === 1
}

/**
 * output[n, c, i, j] = Σ over taps of maps[n, c, at the tap] · filters[c, tap], for padded maps. With `inside`, the sum
 * runs only over taps that fall inside it.
 */
export function depthwiseConvolve(
  scheduler: Scheduler<WasmCalls>,
  maps: View,
  filters: View,
  output: View,
  geometry: Geometry & { readonly inside?: Inside | undefined },
): void {
  const [channels, , , rows, columns] = filters.shape
  const [channelStride, , , ...tapStrides] = filters.strides
  const tapsFirst: View = {
    ...filters,
    shape: [rows, columns, channels],
    strides: [...tapStrides, channelStride],
  }
  scheduler.emit({
    kind: 'call',
    name: 'depthwiseConvolve',
    attributes: { ...geometry, window: [rows, columns] },
    inputs: [maps, scheduler.materialize(tapsFirst)],
    output,
  })
}

/** output[c, 0, tap] = Σ over images and pixels of maps[n, c, at the tap] · gradient[n, c, i, j]. */
export function depthwiseWeightGradient(
  scheduler: Scheduler<WasmCalls>,
  modes: EngineModes,
  maps: View,
  gradient: View,
  output: View,
  geometry: Geometry,
): void {
  const { dtype } = scheduler.values[maps.value]
  const [channels, , rows, columns] = output.shape
  const [channelStride, , ...tapStrides] = output.strides
  const window = [rows, columns] as const
  const floats = depthwiseTotalsFloats(gradient, window)
  const totals = floats === 0 ? [] : [scratchOf(scheduler, modes, floats)]
  const perImage = scheduler.allocate([maps.shape[0], ...window, channels], dtype)
  scheduler.emit({
    kind: 'call',
    name: 'depthwiseWeightGradient',
    attributes: { ...geometry, window },
    inputs: [maps, gradient, ...totals],
    output: perImage,
  })
  const sums: View = {
    ...output,
    shape: [1, ...window, channels],
    strides: [0, ...tapStrides, channelStride],
  }
  emitLoop(scheduler, {
    kind: 'loop',
    shape: perImage.shape,
    order: rowMajor(perImage.shape.length),
    body: [{ name: 'load', view: perImage, dtype }],
    stores: [],
    folds: [{ name: 'sum', register: 0, view: broadcastView(sums, perImage.shape) }],
  })
}
