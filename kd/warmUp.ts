import { aNumber, check, either, notNegative } from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { dtypeRule } from '../engine/dtype.ts'
import { clamp, type DType, divide, type Tensor, tensor } from '../engine/index.ts'
import { tensorRule } from '../nn/arguments.ts'
import * as option from './option.ts'
import type { GivenOptions } from './options.ts'

export const warmUpOptions = {
  /** Epochs until the distillation terms have their full weight; 0 for none. Default 20; none for `kd`. */
  warmUp: option.epochs(20),
}

export interface WarmUpOptions extends GivenOptions<typeof warmUpOptions> {
  /** Counts from 1. Default: the warm-up is over. */
  epoch?: number | Tensor | undefined
}

/**
 * Returns the weight of distillation in epoch e, counting from 1, as a scalar:
 *
 *     w(e) = min(e / epochs, 1)
 *
 * DTKD's paper has no such factor; the authors' code multiplies the distillation terms, but not the cross entropy, by
 * it, over 20 epochs. DKD's code does the same. The weight is an input of the graph, not a constant in it: a new epoch
 * reuses the plan of the last. `epoch` may be a scalar tensor.
 */
export function warmUpWeight(epoch: number | Tensor, epochs: number, dtype: DType = 'float32'): Tensor {
  check('warmUpWeight', 'epochs', epochs, notNegative)
  check('warmUpWeight', 'dtype', dtype, dtypeRule)
  check('warmUpWeight', 'epoch', epoch, either(aNumber, tensorRule))
  if (typeof epoch !== 'number') return clamp(divide(epoch.cast(dtype), epochs), 0, 1)
  demand(epoch >= 1, () => `warmUpWeight: expected epoch to be at least 1, got ${epoch}`)
  return tensor(Math.min(epoch / epochs, 1), { dtype })
}
