import type { Dialect } from '../../plan/scheduler.ts'
import { convolutionExpansions, convolutionHalos } from './convolution.ts'
import { canEnd } from './kernels/ending.ts'
import { scatterTotalsFloats } from './kernels/indexing.ts'
import type { EngineModes } from './modes.ts'
import { tileTotals } from './scratch.ts'

/** Operations that need their operands in a certain place or more than one kernel. */
export const dialectOf = (modes: EngineModes): Dialect => ({
  expansions: {
    ...convolutionExpansions(modes),

    matmul: (scheduler, operation, inputs) => {
      const factors = inputs.map((input) => scheduler.materialize(input))
      const depth = factors[0].shape.at(-1)!
      const scratch = operation.dtype === 'float32' ? tileTotals(scheduler, modes, [depth]) : []
      return scheduler.plainCall(operation, [...factors, ...scratch])
    },

    scatterAdd: (scheduler, operation, [source, index]) => {
      const { dtype, shape, attributes } = operation
      const isFloat = dtype === 'float32'
      const floats = isFloat ? scatterTotalsFloats(index.shape, shape, attributes.axis as number) : 0
      const scratch = floats > 0 ? [scheduler.allocate([floats], dtype)] : []
      return scheduler.plainCall(operation, [source, index, ...scratch])
    },
  },
  haloWishes: convolutionHalos,
  takesEpilogue: ({ name }, loop) => ['convolve', 'winogradConvolve'].includes(name) && canEnd(loop),
})
