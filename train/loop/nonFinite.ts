import type { Tensor } from '../../engine/index.ts'
import type { StateDict } from '../../nn/index.ts'
import { NonFiniteLossError, type StepPosition } from './errors.ts'
import { prefixed } from './savedParts.ts'
import type { Learner } from './step.ts'

/**
 * Throws `NonFiniteLossError` if a loss is not finite, naming its non-finite terms and the first non-finite weight. The step
 * has already overwritten the weights that gave the loss, so the weights after it and those from the start of the epoch are
 * examined. If the loss is finite, no weights are read.
 */
export async function demandFinite(
  name: 'training loss' | 'test loss',
  { loss, ...terms }: Readonly<Record<string, number>>,
  position: StepPosition,
  { network, method }: Learner,
  beforeTheEpoch: StateDict,
): Promise<void> {
  if (Number.isFinite(loss)) return
  const before = await notFiniteAmong(beforeTheEpoch)
  const weights = [...network.stateDict(), ...prefixed('method', method.stateDict())]
  const after = await notFiniteAmong(weights)
  const { epoch, step, steps } = position
  const spoilt = Object.keys(terms).filter((term) => !Number.isFinite(terms[term]))
  const statements = [
    `the ${name} became ${loss} in epoch ${epoch}, step ${step} of ${steps}` +
      (spoilt.length > 0 ? ` (not finite: ${spoilt.join(', ')})` : ''),
    ...(before.length > 0 ? [`${before[0]} was not finite before the epoch`] : []),
    after.length > 0
      ? `after that step ${after.length} of ${weights.length} weights are not finite, first ${after[0]}`
      : 'after that step all weights are finite',
    `the last good weights are ${epoch === 1 ? 'the initial ones' : `those after epoch ${epoch - 1}`}`,
  ]
  throw new NonFiniteLossError(statements.join('; '), position)
}

async function notFiniteAmong(weights: Iterable<readonly [string, Tensor]>): Promise<string[]> {
  const names: string[] = []
  for (const [name, weight] of weights) {
    if (!(await weight.data()).every(Number.isFinite)) names.push(name)
  }
  return names
}
