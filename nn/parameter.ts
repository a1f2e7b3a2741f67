import { aFunction, check, finite } from '../base/arguments.ts'
import { demand, InvalidInputError } from '../base/errors.ts'
import type { RandomStream } from '../base/random.ts'
import { deferredTensor, type Shape, tensor, Variable, variable } from '../engine/index.ts'
import { format, sizeOf } from '../engine/shape.ts'
import { shapeRule } from './arguments.ts'

/** Draws the initial values of a parameter of this shape, in row-major order. */
export type Initializer = (shape: Shape, stream: RandomStream) => Float64Array

/**
 * A variable that is trained. It has no values until `initialize` or `loadStateDict` assigns some: before that, computing
 * with it throws, but graphs that are only inspected for shapes may use it.
 */
export class Parameter extends Variable {
  readonly initializer: Initializer
  /** @internal Its name in messages, set by `initialize`. */
  origin: string | undefined

  constructor(shape: Shape, initializer: Initializer) {
    check('Parameter', 'shape', shape, shapeRule)
    check('Parameter', 'initializer', initializer, aFunction)
    demandRoom('Parameter', shape)
    super(deferredTensor(() => refuseToCompute(shape), shape, 'float32'))
    this.initializer = initializer
  }
}

function demandRoom(name: string, shape: Shape): void {
  demand(sizeOf(shape) < 2 ** 31, () => `${name}: shape ${format(shape)} has more elements than memory holds`)
}

function refuseToCompute(shape: Shape): never {
  throw new InvalidInputError(
    `Parameter: a parameter of shape ${format(shape)} has no values yet. Call initialize(module, seed) or loadStateDict, ` +
      'which set all that module.parameters() lists: parameters in properties, and in arrays, plain objects and maps there, ' +
      'but not in private fields (#name), closures or sets',
  )
}

/** Returns a float32 variable filled with `value`, which is saved with the weights but not trained. */
export function buffer(shape: Shape, value: number): Variable {
  check('buffer', 'shape', shape, shapeRule)
  check('buffer', 'value', value, finite)
  demandRoom('buffer', shape)
  return variable(tensor(new Float32Array(sizeOf(shape)).fill(value), { shape }))
}

/**
 * The key of a layer's random numbers, int32 [2]: the number of its stream, and how many times it was used. `initialize`
 * sets it from the seed and its name. Both words stay below 2²⁴, which a GPU holds exactly.
 */
export class RandomKey extends Variable {
  constructor() {
    super(tensor([0, 0], { dtype: 'int32' }))
  }
}

/** An integer that is saved with the weights, initially 0. Files of PyTorch before 0.4.1 have none. */
export class Counter extends Variable {
  constructor() {
    super(tensor(0, { dtype: 'int32' }))
  }
}
