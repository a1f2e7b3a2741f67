import type { Expansions } from '../../plan/scheduler.ts'
import { convolutionExpansions } from './convolution.ts'

/** Operations that need their operands in a certain place or more than one kernel. */
export const expansions: Expansions = {
  ...convolutionExpansions,

  matmul: (scheduler, operation, inputs) =>
    scheduler.plainCall(
      operation,
      inputs.map((input) => scheduler.materialize(input)),
    ),
}
