import type { Window } from '../../../operations/attributes.ts'
import type { Scheduler } from '../../../plan/scheduler.ts'
import type { Order, View } from '../../../plan/view.ts'
import type { Shape } from '../../../shape.ts'
import type { WasmCalls } from '../kernels/calls.ts'
import { longestProduct } from '../kernels/totals.ts'
import { scratchFloats } from '../kernels/winograd/convolve.ts'
import { divisionOf } from '../kernels/winograd/division.ts'
import { planePadding } from '../kernels/winograd/planeBlock.ts'
import { Planes } from '../kernels/winograd/planes.ts'
import { filteringOf, type Method } from '../kernels/winograd/polyphase.ts'
import { transformLanes, transformScratchFloats } from '../kernels/winograd/transform.ts'
import { weightGradientScratchFloats } from '../kernels/winograd/weightGradient.ts'
import { weightSumsScratchFloats } from '../kernels/winograd/weightSums.ts'
import type { EngineModes } from '../modes.ts'
import { scratchOf } from './scratch.ts'

/**
 * Returns the cheapest of Winograd's methods for filters [groups, filters, depth, R, S] and an output [N, K, H, W], or
 * undefined if none applies or direct convolution is cheaper. Only shapes decide, not the autotuned tile: the methods
 * differ in rounding, and results must not depend on timings.
 */
export function winogradFor(
  { winograd }: EngineModes,
  { shape: [groups, filters, depth, ...kernel] }: View,
  { shape: [count, , ...size] }: View,
  stride: Window['stride'],
  dilation: Window['dilation'],
): Method | undefined {
  const pixels = count * size[0] * size[1]
  const step = ([1, 2] as const).find((step) => stride.every((along) => along === step))
  const isPossible =
    pixels > 0 &&
    groups === 1 &&
    step !== undefined &&
    dilation.every((distance) => distance === 1) &&
    kernel.every((taps) => taps === 3) &&
    depth % transformLanes === 0 &&
    filters % transformLanes === 0 &&
    depth <= longestProduct
  if (!isPossible) return undefined
  const fitting = ([2, 4] as const)
    .filter((outputTile) => size.every((length) => length % outputTile === 0))
    .map((outputTile): Method => ({ outputTile, stride: step }))
  if (winograd !== true) return fitting.find(({ outputTile }) => outputTile === winograd)
  // The first of equal costs: larger tiles round more.
  const methods = [undefined, ...fitting]
  const costs = methods.map((method) => costOf(method, pixels, depth, filters))
  return methods[costs.indexOf(Math.min(...costs))]
}

/**
 * Cost of transforming a number, in multiplications. All filters share the transforms of maps, all channels those of
 * outputs.
 */
const transformCost = 4

/** Cost of transforming a filter or its gradient, in tiles. */
const filterCost = 14

/**
 * Multiplications for each pair of a channel and a filter; without a method, of direct convolution. The two constants rank
 * the methods as `node bench/winograd.ts` measures them for batches of 1 to 64.
 */
function costOf(method: Method | undefined, pixels: number, channels: number, filters: number): number {
  if (method === undefined) return 9 * pixels
  const tiles = pixels / method.outputTile ** 2
  const { count, products } = new Planes(filteringOf(method))
  return tiles * products ** 2 * (1 + transformCost / channels + transformCost / filters) + filterCost * count
}

/** Convolves padded maps with 3×3 filters [1, filters, depth, 3, 3] into `output`. */
export function winogradConvolve(
  scheduler: Scheduler<WasmCalls>,
  modes: EngineModes,
  attributes: WasmCalls['winogradConvolve'],
  maps: View,
  filters: View,
  output: View,
): void {
  const [, , depth] = filters.shape
  const { outputTile, stride, pass } = attributes
  const filtering = filteringOf(attributes, pass)
  const packed = packedFilters(scheduler, modes, new Planes(filtering).count, filters)
  scheduler.emit({
    kind: 'call',
    name: 'winogradFilters',
    attributes: { outputTile, stride },
    inputs: [filters, scratchOf(scheduler, modes, transformScratchFloats(filtering.filterTransform))],
    output: packed,
  })
  const workspace = scratchOf(scheduler, modes, scratchFloats(filtering, depth, output.shape, modes.threads))
  const inputs = [maps, packed, workspace]
  scheduler.emit({ kind: 'call', name: 'winogradConvolve', attributes, inputs, output })
}

/** Allocates planes of transformed filters, packed as [planes, blocks, depth, filters side by side]. */
function packedFilters(
  scheduler: Scheduler<WasmCalls>,
  { tile }: EngineModes,
  planes: number,
  { shape: [, count, depth] }: View,
): View {
  const columns = count % tile.columns === 0 ? tile.columns : transformLanes
  const plane = count * depth + planePadding
  const { value } = scheduler.allocate([planes, plane], 'float32')
  return {
    value,
    shape: [planes, count / columns, depth, columns],
    strides: [plane, depth * columns, columns, 1],
    offset: 0,
  }
}

/** [K, C, 3, 3] with the filters innermost: the order in which Winograd's method computes weight gradients. */
const filtersInnermost: Order = [2, 3, 1, 0]

/** Returns the gradient of 3×3 weights of this shape, from padded maps and gradient maps, both channels last. */
export function winogradWeightGradient(
  scheduler: Scheduler<WasmCalls>,
  modes: EngineModes,
  attributes: Method,
  maps: View,
  gradient: View,
  shape: Shape,
): View {
  const { threads } = modes
  const [filters, channels] = shape
  const filtering = filteringOf(attributes)
  const { chunks } = divisionOf(filtering, gradient.shape, channels, threads)
  const sums = scheduler.allocate([chunks, new Planes(filtering).count, channels, filters], 'float32')
  const output = scheduler.allocate(shape, 'float32', filtersInnermost)
  const workspace = weightSumsScratchFloats(filtering, gradient.shape, channels, threads)
  scheduler.emit({
    kind: 'call',
    name: 'winogradWeightSums',
    attributes,
    inputs: [maps, gradient, scratchOf(scheduler, modes, workspace)],
    output: sums,
  })
  const totals = scratchOf(scheduler, modes, weightGradientScratchFloats(filtering, filters))
  scheduler.emit({ kind: 'call', name: 'winogradWeightGradient', attributes, inputs: [sums, totals], output })
  return output
}
