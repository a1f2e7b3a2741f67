import type { Expansions } from '../../plan/scheduler.ts'
import { convolutionExpansions } from './convolution.ts'
import type { EngineModes } from './modes.ts'

/** Operations that need their operands in a certain place or more than one kernel. */
export const expansionsFor = (modes: EngineModes): Expansions => ({
  ...convolutionExpansions(modes),

  matmul: (scheduler, operation, inputs) =>
    scheduler.plainCall(
      operation,
      inputs.map((input) => scheduler.materialize(input)),
    ),
})
