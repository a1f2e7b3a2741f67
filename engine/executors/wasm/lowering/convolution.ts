import type { Geometry, Window } from '../../../operations/attributes.ts'
import type { PaddedLayout, PaddingRequests } from '../../../plan/padding.ts'
import type { Expansions, Scheduler } from '../../../plan/scheduler.ts'
import { denseView, type Order, sliceView, type View } from '../../../plan/view.ts'
import type { ConvolutionName } from '../../../primitiveNames.ts'
import type { Shape } from '../../../shape.ts'
import type { WasmCalls } from '../kernels/calls.ts'
import { loopsOf } from '../kernels/convolve.ts'
import type { Inside } from '../kernels/inside.ts'
import { laneCount } from '../kernels/lanes.ts'
import { weightGradientScratch } from '../kernels/weightGradient.ts'
import type { Method } from '../kernels/winograd/polyphase.ts'
import type { EngineModes } from '../modes.ts'
import { depthwiseConvolve, depthwiseWeightGradient, isDepthwise } from './depthwise.ts'
import { bothPhases, insideOf, type Phase } from './phases.ts'
import { tileTotals } from './scratch.ts'
import { winogradConvolve, winogradFor, winogradWeightGradient } from './winograd.ts'

/**
 * The three convolutions as kernels. Maps are stored channels last (N, H, W, C), so that a row of a filter reads S·C
 * consecutive floats. Maps are stored with their padding; filters are packed in the order in which the kernel reads them.
 */

/** [N, C, H, W] with the channels innermost. */
export const channelsLast: Order = [0, 2, 3, 1]

/** [K, C, R, S] with the taps outermost: the order in which weight gradients are computed. */
const tapsFirst: Order = [2, 3, 0, 1]

/** The same with the taps of a row beside the channels. */
const rowsFirst: Order = [2, 0, 3, 1]

export const convolutionExpansions = (modes: EngineModes): Expansions<WasmCalls, ConvolutionName> => ({
  conv2d(scheduler, operation, [x, weight]) {
    const { stride, padding, dilation, groups } = operation.attributes
    const padded = scheduler.pad(x, inputLayout(padding))
    const output = scheduler.allocateResult(operation, channelsLast)
    convolve(scheduler, modes, padded, groupedFilters(weight, groups), output, { stride, dilation })
    return output
  },

  /**
   * A convolution of the gradient with the filters rotated by 180°. With stride s, input pixels whose positions differ
   * modulo s see different taps, so each phase is a small convolution of stride 1. Winograd's method computes the four phases
   * of stride 2 together.
   */
  conv2dInputGradient(scheduler, operation, [gradient, weight]) {
    const geometry = operation.attributes
    const output = scheduler.allocateResult(operation, channelsLast)
    const phases = bothPhases(operation, weight.shape)
    const layout = gradientLayout(phases, gradient.shape)
    const padded = scheduler.pad(gradient, layout)
    const filters = rotatedFilters(weight, geometry.groups)
    const method = allPhasesMethod(modes, geometry, filters, gradient, output)
    if (method) {
      winogradConvolve(scheduler, modes, { ...method, pass: 'inputGradient' }, padded, filters, output)
      return output
    }
    const isSparse = phases.flat().some(({ taps }) => taps === 0)
    if (isSparse) scheduler.emit({ kind: 'clear', value: output.value })
    for (const row of phases[0]) {
      for (const column of phases[1]) {
        const phase = [row, column]
        const part = (view: View, starts: number[], steps: number[], lengths: number[]) => {
          const outer = view.shape.slice(0, -2)
          const [zeros, ones] = [outer.map(() => 0), outer.map(() => 1)]
          return sliceView(view, [...zeros, ...starts], [...ones, ...steps], [...outer, ...lengths])
        }
        if (phase.some(({ taps, count }) => taps === 0 || count === 0)) continue
        const seen = part(
          padded,
          phase.map(({ first }, i) => first + layout.padding[i][0]),
          [1, 1],
          phase.map(({ first, end }) => end - first),
        )
        const chosen = part(
          filters,
          phase.map(({ firstTap }) => firstTap),
          phase.map(({ tapStep }) => tapStep),
          phase.map(({ taps }) => taps),
        )
        const written = part(
          output,
          phase.map(({ start }) => start),
          [...geometry.stride],
          phase.map(({ count }) => count),
        )
        convolve(scheduler, modes, seen, chosen, written, {
          stride: [1, 1],
          dilation: [row.dilation, column.dilation],
          inside: insideOf(phase, gradient.shape),
        })
      }
    }
    return output
  },

  conv2dWeightGradient(scheduler, { attributes, shape, dtype }, [x, gradient]) {
    const { stride, padding, dilation, groups } = attributes
    const padded = scheduler.pad(x, inputLayout(padding))
    const maps = scheduler.pad(gradient, unpadded)
    const filters = groupedFilters(denseView(-1, shape), groups)
    const method = winogradFor(modes, filters, maps, stride, dilation)
    if (method) return winogradWeightGradient(scheduler, modes, method, padded, maps, shape)
    if (isDepthwise(filters.shape)) {
      const output = scheduler.allocate(shape, dtype, tapsFirst)
      depthwiseWeightGradient(scheduler, modes, padded, maps, output, { stride, dilation })
      return output
    }
    const scratch = weightGradientScratch(maps, shape, modes).map((floats) =>
      scheduler.allocate([floats], dtype),
    )
    const isMerged = canMergeTaps(padded, filters.shape, dilation)
    const output = scheduler.allocate(shape, dtype, isMerged ? rowsFirst : tapsFirst)
    const [count, , ...size] = padded.shape
    const [filterCount, depth, rows, taps] = shape
    scheduler.emit({
      kind: 'call',
      name: 'weightGradient',
      attributes: { stride, dilation, groups },
      inputs: [isMerged ? { ...padded, shape: [count, taps * depth, ...size] } : padded, maps, ...scratch],
      output: isMerged ? { ...output, shape: [filterCount, taps * depth, rows, 1] } : output,
    })
    return output
  },
})

/**
 * Returns whether the kernel of weight gradients may take the S taps of a row for S·C channels, C of them to a pixel: what
 * they see lies side by side in memory. It pays if the channels alone do not fill the vectors, as in a network's first layer.
 */
function canMergeTaps(
  { strides }: View,
  [groups, , depth, , taps]: Shape,
  dilation: Window['dilation'],
): boolean {
  const isDense = strides[1] === 1 && strides[3] === depth
  return isDense && groups === 1 && taps > 1 && depth <= laneCount && dilation[1] === 1
}

/** The padding that these convolutions request for their maps. */
export const convolutionPadding: PaddingRequests = {
  conv2d: ({ attributes }, operand) => (operand === 0 ? inputLayout(attributes.padding) : undefined),
  conv2dInputGradient: (operation, operand, [gradient, weight]) =>
    operand === 0 ? gradientLayout(bothPhases(operation, weight), gradient) : undefined,
  conv2dWeightGradient: ({ attributes }, operand) =>
    operand === 0 ? inputLayout(attributes.padding) : undefined,
}

function inputLayout(padding: Window['padding']): PaddedLayout {
  return { order: channelsLast, padding: padding.map((zeros) => [zeros, zeros]) }
}

const unpadded = inputLayout([0, 0])

/** The layout of the gradient with the padding that its phases read. */
function gradientLayout(phases: readonly (readonly Phase[])[], gradient: Shape): PaddedLayout {
  const padding = phases.map(
    (along, i) =>
      [
        Math.max(0, ...along.map(({ first }) => -first)),
        Math.max(0, ...along.map(({ end }) => end - gradient[2 + i])),
      ] as const,
  )
  return { order: channelsLast, padding }
}

/**
 * Returns the method that computes all phases of an input gradient of stride 2 together, if one does: the input must have
 * twice as many pixels as its gradient along each axis, and padding 1.
 */
function allPhasesMethod(
  modes: EngineModes,
  { stride, padding, dilation }: Geometry,
  filters: View,
  gradient: View,
  { shape }: View,
): Method | undefined {
  const isPossible = [0, 1].every(
    (i) => stride[i] === 2 && padding[i] === 1 && shape[2 + i] === 2 * gradient.shape[2 + i],
  )
  return isPossible ? winogradFor(modes, filters, gradient, stride, dilation) : undefined
}

/** Returns the filters as [groups, filters, depth, R, S]. */
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

/** Returns the filters of the transposed convolution: channels and filters swapped, taps rotated by 180°. */
function rotatedFilters(weight: View, groups: number): View {
  const { shape, strides, value, offset } = groupedFilters(weight, groups)
  const swapped: View = {
    value,
    offset,
    shape: [shape[0], shape[2], shape[1], shape[3], shape[4]],
    strides: [strides[0], strides[2], strides[1], strides[3], strides[4]],
  }
  return sliceView(swapped, [0, 0, 0, shape[3] - 1, shape[4] - 1], [1, 1, 1, -1, -1], swapped.shape)
}

/**
 * Convolves padded maps with filters [groups, filters, depth, R, S] into `output` [N, K, H, W]. With `inside`, the padding
 * outside it is excluded from the sums (except by Winograd's method, which multiplies it as zeros).
 */
function convolve(
  scheduler: Scheduler<WasmCalls>,
  modes: EngineModes,
  maps: View,
  filters: View,
  output: View,
  {
    stride,
    dilation,
    inside,
  }: Pick<Window, 'stride' | 'dilation'> & { readonly inside?: Inside | undefined },
): void {
  const [, perGroup, depth, ...window] = filters.shape
  if (isDepthwise(filters.shape)) {
    depthwiseConvolve(scheduler, maps, filters, output, { stride, dilation, ...(inside && { inside }) })
    return
  }
  const method = winogradFor(modes, filters, output, stride, dilation)
  if (method) {
    winogradConvolve(scheduler, modes, { ...method, pass: 'forward' }, maps, filters, output)
    return
  }
  const attributes = {
    stride,
    dilation,
    window: [window[0], window[1]],
    filters: perGroup,
    ...(inside && { inside }),
  } as const
  const totals = tileTotals(scheduler, modes, loopsOf(maps, attributes, depth))
  const packed = packFilters(scheduler, modes.tile.columns, filters)
  scheduler.emit({ kind: 'call', name: 'convolve', attributes, inputs: [maps, packed, ...totals], output })
}

/**
 * Copies filters into the order in which the kernel reads them: [groups, blocks, R, S, depth, columns of a tile], the last
 * block of a group padded with zeros.
 */
function packFilters(scheduler: Scheduler<WasmCalls>, tileColumns: number, filters: View): View {
  const [groups, perGroup, depth, height, width] = filters.shape
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
