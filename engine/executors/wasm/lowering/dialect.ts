import { moveExpansions } from '../../../plan/moves.ts'
import type { CalledOperation, Dialect, Scheduler } from '../../../plan/scheduler.ts'
import { follows, orderOf, type View } from '../../../plan/view.ts'
import type { WasmCalls } from '../kernels/calls.ts'
import { canBeEpilogue } from '../kernels/epilogue.ts'
import { scatterTotalsFloats } from '../kernels/indexing.ts'
import { panelFloats } from '../kernels/matmul.ts'
import type { EngineModes } from '../modes.ts'
import { channelsLast, convolutionExpansions, convolutionPadding } from './convolution.ts'
import { scratchOf, tileTotals } from './scratch.ts'

/** Calls the kernel of the operation's name, with its operands as they are stored. */
function oneKernel<Name extends keyof WasmCalls>(
  scheduler: Scheduler<WasmCalls>,
  operation: CalledOperation<WasmCalls, Name>,
  inputs: readonly View[],
): View {
  return scheduler.plainCall(operation, inputs)
}

/** The kernels that can run a loop on their results before they store them. */
const convolutions: readonly (keyof WasmCalls)[] = ['convolve', 'winogradConvolve']

/** How this executor lowers each call; a missing one is a compile error. */
export const dialectOf = (modes: EngineModes): Dialect<WasmCalls> => ({
  expansions: {
    ...moveExpansions(),
    ...convolutionExpansions(modes),
    argmax: oneKernel,
    randomBits: oneKernel,

    gather: (scheduler, operation, [x, index]) => scheduler.plainCall(operation, [x, index], orderOf(index)),

    maxPool2dIndices: (scheduler, operation, [x]) => {
      const maps = follows(x, channelsLast) ? x : scheduler.materialize(x, channelsLast)
      return scheduler.plainCall(operation, [maps], channelsLast)
    },

    matmul: (scheduler, operation, inputs) => {
      const factors = inputs.map((input) => scheduler.materialize(input))
      const depth = factors[0].shape.at(-1)!
      const floats = panelFloats(factors[0].shape, modes.tile)
      const panel = floats > 0 ? [scratchOf(scheduler, modes, floats)] : []
      const totals = operation.dtype === 'float32' ? tileTotals(scheduler, modes, [depth]) : []
      return scheduler.plainCall(operation, [...factors, ...panel, ...totals])
    },

    scatterAdd: (scheduler, operation, [source, index]) => {
      const { dtype, shape, attributes } = operation
      const isFloat = dtype === 'float32'
      const floats = isFloat ? scatterTotalsFloats(index.shape, shape, attributes.axis) : 0
      const scratch = floats > 0 ? [scratchOf(scheduler, modes, floats)] : []
      return scheduler.plainCall(operation, [source, index, ...scratch])
    },
  },
  paddingRequests: convolutionPadding,
  takesEpilogue: ({ name }, loop) => convolutions.includes(name) && canBeEpilogue(loop),
})
