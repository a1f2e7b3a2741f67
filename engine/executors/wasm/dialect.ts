import type { Dialect } from '../../plan/scheduler.ts'
import { convolutionExpansions, convolutionHalos } from './convolution.ts'
import { canEnd } from './kernels/ending.ts'
import type { EngineModes } from './modes.ts'

/** Operations that need their operands in a certain place or more than one kernel. */
export const dialectOf = (modes: EngineModes): Dialect => ({
  expansions: {
    ...convolutionExpansions(modes),

    matmul: (scheduler, operation, inputs) =>
      scheduler.plainCall(
        operation,
        inputs.map((input) => scheduler.materialize(input)),
      ),
  },
  haloWishes: convolutionHalos,
  takesEpilogue: ({ name }, loop) => ['convolve', 'winogradConvolve'].includes(name) && canEnd(loop),
})
