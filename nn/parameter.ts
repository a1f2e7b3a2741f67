import { aFunction, check, finite } from '../base/arguments.ts'
import { demand, InvalidInputError } from '../base/errors.ts'
import type { RandomStream } from '../base/random.ts'
import { deferredTensor, type Shape, tensor, Variable, variable } from '../engine/index.ts'
import { format, sizeOf } from '../engine/shape.ts'
import { shapeRule } from './arguments.ts'

/** The numbers that a parameter of this shape starts with, in row-major order. */
export type Initializer = (shape: Shape, stream: RandomStream) => Float64Array

/**
 * A variable that is trained. It has no numbers until `initialize` or `loadStateDict` gives it some: before that,
 * computing with it throws, while recipes that only ask for shapes may use it.
 */
export class Parameter extends Variable {
  readonly initializer: Initializer
  /** @internal What `initialize` calls it, for messages. */
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
  demand(sizeOf(shape) < 2 ** 31, () => `${name}: ${format(shape)} are more elements than memory holds`)
}

function refuseToCompute(shape: Shape): never {
  throw new InvalidInputError(
    `Parameter: one of shape ${format(shape)} has no numbers yet. initialize(module, seed) and loadStateDict give them ` +
      'to all that module.parameters() lists: its properties, and what is in arrays, plain objects and maps there, ' +
      'but not in private fields (#name), closures or sets',
  )
}

/** A variable that is saved with the weights but not trained, float32, of one number to begin with. */
export function buffer(shape: Shape, value: number): Variable {
  check('buffer', 'shape', shape, shapeRule)
  check('buffer', 'value', value, finite)
  demandRoom('buffer', shape)
  return variable(tensor(new Float32Array(sizeOf(shape)).fill(value), { shape }))
}

/** A whole number that is saved with the weights, 0 to begin with. Files of PyTorch before 0.4.1 have none. */
export class Counter extends Variable {
  constructor() {
    super(tensor(0, { dtype: 'int32' }))
  }
}
