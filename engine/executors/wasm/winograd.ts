import type { Window } from '../../operations/convolution.ts'
import type { Scheduler } from '../../plan/scheduler.ts'
import type { Order, View } from '../../plan/view.ts'
import type { Shape } from '../../shape.ts'
import { bytesPerElement } from './kernels/lanes.ts'
import { outputTile, planes, transformLanes, transformScratchBytes } from './kernels/winograd.ts'
import { scratchFloats } from './kernels/winogradConvolve.ts'
import { tilesInBlock } from './kernels/winogradTiles.ts'
import { gradientScratchFloats, gradientTiles } from './kernels/winogradWeightGradient.ts'
import type { EngineModes } from './modes.ts'

/** Below this many channels or filters the transforms cost more than the multiplications that they save. */
const leastChannels = 16

/**
 * Whether Winograd's method can compute, and is worth it: filters [groups, filters, depth, R, S] over padded maps, to an
 * output [N, K, H, W].
 */
export function suitsWinograd(
  { winograd, tile }: EngineModes,
  maps: View,
  { shape: [groups, filters, depth, ...kernel] }: View,
  { shape: [, , ...size] }: View,
  stride: Window['stride'],
  dilation: Window['dilation'],
): boolean {
  return (
    winograd &&
    maps.shape[0] > 0 &&
    groups === 1 &&
    [...stride, ...dilation].every((step) => step === 1) &&
    kernel.every((taps) => taps === 3) &&
    size.every((length) => length > 0 && length % outputTile === 0) &&
    Math.min(depth, filters) >= leastChannels &&
    depth % transformLanes === 0 &&
    filters % tile.columns === 0
  )
}

/** Writes to `output` what 3×3 filters [1, filters, depth, 3, 3] make of padded maps. */
export function winogradConvolve(
  scheduler: Scheduler,
  { threads, tile }: EngineModes,
  maps: View,
  filters: View,
  output: View,
): void {
  const [, filterCount, depth] = filters.shape
  const scratch = (floats: number) => scheduler.allocate([threads, floats], 'float32')
  const packed = scheduler.allocate([planes, filterCount / tile.columns, depth, tile.columns], 'float32')
  const halfway = scratch(transformScratchBytes / bytesPerElement)
  const call = { kind: 'call', attributes: {} } as const
  scheduler.emit({ ...call, name: 'winogradFilters', inputs: [filters, halfway], output: packed })
  const [count, , height, width] = output.shape
  const tiles = tilesInBlock((count * height * width) / outputTile ** 2, depth)
  const workspace = scratch(scratchFloats(tiles, depth, filterCount))
  scheduler.emit({ ...call, name: 'winogradConvolve', inputs: [maps, packed, workspace], output })
}

/** [K, C, 3, 3] with the filters innermost: how Winograd's weight gradients are made. */
const filtersInnermost: Order = [2, 3, 1, 0]

/** The gradient of 3×3 weights of this shape, from padded maps and gradient maps that lie channels last. */
export function winogradWeightGradient(scheduler: Scheduler, maps: View, gradient: View, shape: Shape): View {
  const output = scheduler.allocate(shape, 'float32', filtersInnermost)
  const [filters, channels] = shape
  const tiles = gradientTiles(gradient, channels)
  const scratch = scheduler.allocate([gradientScratchFloats(tiles, channels, filters)], 'float32')
  const inputs = [maps, gradient, scratch]
  scheduler.emit({ kind: 'call', name: 'winogradWeightGradient', attributes: {}, inputs, output })
  return output
}
