import { isFloat } from '../../dtype.ts'
import { emitLoop } from '../../plan/partialFolds.ts'
import type { CalledOperation, Dialect, Expansion, Scheduler } from '../../plan/scheduler.ts'
import { broadcastView, denseView, type Order, orderOf, type View } from '../../plan/view.ts'
import { sizeOf } from '../../shape.ts'
import type { GpuCalls } from './kernels/calls.ts'
import { mostArrays } from './kernels/writer.ts'

/** [N, C, H, W] with the channels innermost, so that adjacent threads read and write adjacent floats. */
const channelsLast: Order = [0, 2, 3, 1]

/** [K, C, R, S] with the taps outermost and the filters, or the channels, innermost. */
const filtersInnermost: Order = [2, 3, 1, 0]
const channelsInnermost: Order = [2, 3, 0, 1]

/** Fewer threads do not occupy a GPU. */
const fewestThreads = 32768

/** Calls the kernel of the operation's name, with its result in row-major order. */
function oneKernel<Name extends keyof GpuCalls>(
  scheduler: Scheduler<GpuCalls>,
  operation: CalledOperation<GpuCalls, Name>,
  inputs: readonly View[],
): View {
  return scheduler.plainCall(operation, inputs)
}

/** Calls the kernel of the operation's name, with its result in this order. */
function callInOrder(order: (inputs: readonly View[]) => Order) {
  return <Name extends keyof GpuCalls>(
    scheduler: Scheduler<GpuCalls>,
    { name, attributes, shape, dtype }: CalledOperation<GpuCalls, Name>,
    inputs: readonly View[],
  ): View => {
    const output = scheduler.allocate(shape, dtype, order(inputs))
    scheduler.emit({ kind: 'call', name, attributes, inputs, output })
    return output
  }
}

const gather: Expansion<GpuCalls, 'gather'> = (scheduler, operation, inputs) => {
  const outside = isFloat(operation.dtype) ? Number.NaN : 0
  const attributes = { ...operation.attributes, outside }
  return scheduler.plainCall({ ...operation, attributes }, inputs)
}

/** Concatenates more operands than a kernel takes arrays in several steps. */
const concatenate: Expansion<GpuCalls, 'concatenate'> = (scheduler, operation, inputs) => {
  const axis = operation.attributes.axis
  const join = (parts: readonly View[]): View => {
    if (parts.length > mostArrays) {
      const groups = Array.from({ length: Math.ceil(parts.length / mostArrays) }, (_, group) =>
        join(parts.slice(group * mostArrays, (group + 1) * mostArrays)),
      )
      return join(groups)
    }
    const length = parts.reduce((sum, { shape }) => sum + shape[axis], 0)
    return callInOrder(([first]) => orderOf(first))(
      scheduler,
      { ...operation, shape: operation.shape.with(axis, length) },
      parts,
    )
  }
  return join(inputs)
}

const conv2d: Expansion<GpuCalls, 'conv2d'> = (scheduler, operation, [x, weight]) =>
  callInOrder(() => channelsLast)(scheduler, operation, [x, scheduler.materialize(weight, filtersInnermost)])

const conv2dInputGradient: Expansion<GpuCalls, 'conv2dInputGradient'> = (
  scheduler,
  operation,
  [gradient, weight],
) =>
  callInOrder(() => channelsLast)(scheduler, operation, [
    gradient,
    scheduler.materialize(weight, channelsInnermost),
  ])

/** Sums parts of the batch separately, so that there are enough threads, and adds the partial sums up. */
const conv2dWeightGradient: Expansion<GpuCalls, 'conv2dWeightGradient'> = (
  scheduler,
  { name, attributes, shape, dtype },
  inputs,
) => {
  const parts = partsOf(inputs[0].shape[0], sizeOf(shape))
  const partial = scheduler.allocate([parts, ...shape], dtype, [
    0,
    ...filtersInnermost.map((axis) => axis + 1),
  ])
  scheduler.emit({ kind: 'call', name, attributes, inputs, output: partial })
  return sumOfParts(scheduler, partial)
}

/** Returns the number of equal parts to divide the batch into, so that there are enough threads. */
function partsOf(images: number, threadsEach: number): number {
  const wanted = Math.ceil((4 * fewestThreads) / Math.max(1, threadsEach))
  let parts = Math.min(images, wanted)
  while (parts > 1 && images % parts !== 0) parts--
  return Math.max(1, parts)
}

/** Sums over the first axis, and drops it. */
function sumOfParts(scheduler: Scheduler<GpuCalls>, partial: View): View {
  const [, ...shape] = partial.shape
  const { dtype } = scheduler.values[partial.value]
  const order = orderOf(partial)
  const inner = (view: View): View => ({ ...view, shape, strides: view.strides.slice(1) })
  if (partial.shape[0] === 1) return inner(partial)
  const total = scheduler.allocate([1, ...shape], dtype, order)
  emitLoop(scheduler, {
    kind: 'loop',
    shape: partial.shape,
    order,
    body: [{ name: 'load', view: partial, dtype }],
    stores: [],
    folds: [{ name: 'sum', register: 0, view: broadcastView(total, partial.shape) }],
  })
  return inner(denseView(total.value, total.shape, order))
}

const randomBits: Expansion<GpuCalls, 'randomBits'> = (scheduler, operation, [key]) => {
  const halves = scheduler.allocate([4], 'float32')
  scheduler.emit({ kind: 'call', name: 'halves', attributes: {}, inputs: [key], output: halves })
  return scheduler.plainCall(operation, [halves])
}

/** Every kernel writes a whole value, so embed and concatenate are kernels here, not copies into parts of a value. */
export const gpuDialect: Dialect<GpuCalls> = {
  expansions: {
    embed: callInOrder(([x]) => orderOf(x)),
    concatenate,
    gather,
    conv2d,
    conv2dInputGradient,
    conv2dWeightGradient,
    randomBits,
    argmax: oneKernel,
    matmul: oneKernel,
    maxPool2dIndices: oneKernel,
    scatterAdd: oneKernel,
  },
  paddingRequests: {},
  takesEpilogue: () => false,
}
