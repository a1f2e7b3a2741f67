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
  epoch?: number | Tensor
}

/**
 * The weight of distillation in epoch e, counting from 1, as a scalar:
 *
 *     w(e) = min(e / epochs, 1)
 *
 * The paper's total has no such factor; the authors' code has it, over 20 epochs, on the distillation terms and not on
 * cross entropy. DKD's code has the same. The weight is an input of the recipe and not a constant in it, so that a new
 * epoch's weight finds the plan of the last one. A scalar tensor may stand for the epoch.
 */
export function warmUpWeight(epoch: number | Tensor, epochs: number, dtype: DType = 'float32'): Tensor {
  check('warmUpWeight', 'epochs', epochs, notNegative)
  check('warmUpWeight', 'dtype', dtype, dtypeRule)
  check('warmUpWeight', 'epoch', epoch, either(aNumber, tensorRule))
  if (typeof epoch !== 'number') return clamp(divide(epoch.cast(dtype), epochs), 0, 1)
  demand(epoch >= 1, () => `warm-up: epochs count from 1, got ${epoch}`)
  return tensor(Math.min(epoch / epochs, 1), { dtype })
}
