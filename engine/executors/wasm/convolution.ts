import type { Attributes } from '../../node.ts'
import type { Window } from '../../operations/convolution.ts'
import type { Expansions, Scheduler } from '../../plan/scheduler.ts'
import { isDense, type Order, sliceView, type View } from '../../plan/view.ts'
import type { Shape } from '../../shape.ts'
import { engineModes } from './modes.ts'

/**
 * The three convolutions as kernels. Maps lie channels last (N, H, W, C), so that a row of a filter reads S·C floats
 * in a row. Maps are padded into a copy with a halo, filters packed so that the kernel reads them from end to end.
 */

/** [N, C, H, W] with the channels innermost. */
const channelsLast: Order = [0, 2, 3, 1]

/** [K, C, R, S] with the taps outermost: how weight gradients are made. */
const tapsFirst: Order = [2, 3, 0, 1]

interface Geometry extends Window {
  readonly groups: number
}

function geometryOf(attributes: Attributes): Geometry {
  return attributes as unknown as Geometry
}

export const convolutionExpansions: Expansions = {
  conv2d(scheduler, { attributes, shape }, [x, weight]) {
    const { stride, padding, dilation, groups } = geometryOf(attributes)
    const padded = embedMaps(scheduler, x, {
      size: [0, 1].map((i) => x.shape[2 + i] + 2 * padding[i]),
      start: padding,
      step: [1, 1],
    })
    return convolve(scheduler, padded, groupedFilters(weight, groups), shape, { stride, dilation })
  },

  /** A stride-1 convolution of the gradient, spread by the stride and padded, with the filters turned round. */
  conv2dInputGradient(scheduler, { attributes, shape }, [gradient, weight]) {
    const { stride, padding, dilation, groups } = geometryOf(attributes)
    const reach = [0, 1].map((i) => dilation[i] * (weight.shape[2 + i] - 1))
    const spread = embedMaps(scheduler, gradient, {
      size: [0, 1].map((i) => shape[2 + i] + reach[i]),
      start: [0, 1].map((i) => reach[i] - padding[i]),
      step: stride,
    })
    return convolve(scheduler, spread, turnedFilters(weight, groups), shape, { stride: [1, 1], dilation })
  },

  conv2dWeightGradient(scheduler, { attributes, shape, dtype }, [x, gradient]) {
    const { stride, padding, dilation, groups } = geometryOf(attributes)
    const padded = embedMaps(scheduler, x, {
      size: [0, 1].map((i) => x.shape[2 + i] + 2 * padding[i]),
      start: padding,
      step: [1, 1],
    })
    const maps = scheduler.materialize(gradient, channelsLast)
    const output = scheduler.allocate(shape, dtype, tapsFirst)
    scheduler.emit({
      kind: 'call',
      name: 'weightGradient',
      attributes: { stride, dilation, groups },
      inputs: [padded, maps],
      output,
    })
    return output
  },
}

/** Maps placed into larger ones of zeros, channels last: pixel i at start + i · step; those outside are dropped. */
function embedMaps(
  scheduler: Scheduler,
  maps: View,
  { size, start, step }: { size: readonly number[]; start: readonly number[]; step: readonly number[] },
): View {
  const [count, channels, ...inner] = maps.shape
  const first = start.map((at, i) => Math.max(0, Math.ceil(-at / step[i])))
  const kept = inner.map(
    (length, i) => Math.min(length, Math.ceil((size[i] - start[i]) / step[i])) - first[i],
  )
  const whole = kept.every((length, i) => length === inner[i] && length === size[i])
  if (whole && isDense(maps, channelsLast)) return maps

  const { dtype } = scheduler.values[maps.value]
  const embedded = scheduler.allocate([count, channels, ...size], dtype, channelsLast)
  if (!whole) scheduler.emit({ kind: 'clear', value: embedded.value })
  const placed: Shape = [count, channels, ...kept.map((length) => Math.max(0, length))]
  const from = sliceView(maps, [0, 0, ...first], [1, 1, 1, 1], placed)
  const at = first.map((skipped, i) => start[i] + skipped * step[i])
  scheduler.copy(from, sliceView(embedded, [0, 0, ...at], [1, 1, ...step], placed))
  return embedded
}

/** Filters as [groups, filters, depth, R, S]. */
function groupedFilters(weight: View, groups: number): View {
  const [filters, depth, ...taps] = weight.shape
  const [filterStride, ...strides] = weight.strides
  const perGroup = filters / groups
  return {
    ...weight,
    shape: [groups, perGroup, depth, ...taps],
    strides: [perGroup * filterStride, filterStride, ...strides],
  }
}

/** The filters of the transposed convolution: channels and filters change places, taps are turned round. */
function turnedFilters(weight: View, groups: number): View {
  const { shape, strides, value, offset } = groupedFilters(weight, groups)
  const swapped: View = {
    value,
    offset,
    shape: [shape[0], shape[2], shape[1], shape[3], shape[4]],
    strides: [strides[0], strides[2], strides[1], strides[3], strides[4]],
  }
  return sliceView(swapped, [0, 0, 0, shape[3] - 1, shape[4] - 1], [1, 1, 1, -1, -1], swapped.shape)
}

/** Output [N, K, H, W] of filters [groups, filters, depth, R, S] over padded maps. */
function convolve(
  scheduler: Scheduler,
  maps: View,
  filters: View,
  shape: Shape,
  { stride, dilation }: Pick<Window, 'stride' | 'dilation'>,
): View {
  const output = scheduler.allocate(shape, scheduler.values[maps.value].dtype, channelsLast)
  const [, perGroup, , ...kernel] = filters.shape
  scheduler.emit({
    kind: 'call',
    name: 'convolve',
    attributes: { stride, dilation, kernel, filters: perGroup },
    inputs: [maps, packFilters(scheduler, filters)],
    output,
  })
  return output
}

/**
 * Filters in the order in which the kernel reads them: [groups, blocks, R, S, depth, columns of a tile], the last block
 * of a group filled up with zeros.
 */
function packFilters(scheduler: Scheduler, filters: View): View {
  const [groups, perGroup, depth, height, width] = filters.shape
  const tileColumns = engineModes().tile.columns
  const blocks = Math.ceil(perGroup / tileColumns)
  const { dtype } = scheduler.values[filters.value]
  const packed = scheduler.allocate([groups, blocks, height, width, depth, tileColumns], dtype)
  const full = Math.floor(perGroup / tileColumns)
  if (full < blocks) scheduler.emit({ kind: 'clear', value: packed.value })
  const copyBlocks = (firstBlock: number, count: number, lanes: number) => {
    if (count === 0 || lanes === 0) return
    const [groupStride, filterStride, depthStride, rowStride, columnStride] = filters.strides
    const from: View = {
      value: filters.value,
      shape: [groups, count, height, width, depth, lanes],
      strides: [groupStride, tileColumns * filterStride, rowStride, columnStride, depthStride, filterStride],
      offset: filters.offset + firstBlock * tileColumns * filterStride,
    }
    scheduler.copy(from, sliceView(packed, [0, firstBlock, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1], from.shape))
  }
  copyBlocks(0, full, tileColumns)
  copyBlocks(full, blocks - full, perGroup % tileColumns)
  return packed
}
