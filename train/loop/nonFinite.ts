import type { Tensor } from '../../engine/index.ts'
import type { StateDict } from '../../nn/index.ts'
import { type LossName, NonFiniteLossError, type StepPosition } from './errors.ts'
import { prefixed } from './savedParts.ts'
import type { Learner } from './step.ts'

/**
 * Throws `NonFiniteLossError` if a loss is not finite, naming its non-finite terms and the first non-finite weight. The step
 * has already overwritten the weights that gave the loss, so the weights after it and those from the start of the epoch are
 * examined. If the loss is finite, no weights are read.
 */
export async function demandFinite(
  name: LossName,
  { loss, ...terms }: Readonly<Record<string, number>>,
  position: StepPosition,
  { network, method }: Learner,
  beforeTheEpoch: StateDict,
): Promise<void> {
  if (Number.isFinite(loss)) return
  const before = await notFiniteAmong(beforeTheEpoch)
  const weights = [...network.stateDict(), ...prefixed('method', method.stateDict())]
  const after = await notFiniteAmong(weights)
  throw new NonFiniteLossError(name, loss, position, {
    terms: Object.keys(terms).filter((term) => !Number.isFinite(terms[term])),
    weights: [
      ...(before.length > 0 ? [`${before[0]} was not finite before the epoch`] : []),
      after.length > 0
        ? `after that step ${after.length} of ${weights.length} weights are not finite, first ${after[0]}`
        : 'after that step all weights are finite',
    ],
  })
}

async function notFiniteAmong(weights: Iterable<readonly [string, Tensor]>): Promise<string[]> {
  const names: string[] = []
  for (const [name, weight] of weights) {
    if (!(await weight.data()).every(Number.isFinite)) names.push(name)
  }
  return names
}
