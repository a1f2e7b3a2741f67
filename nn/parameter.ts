import { aFunction, check, finite } from '../engine/arguments.ts'
import { demand } from '../engine/errors.ts'
import { full, type Shape, tensor, Variable, variable } from '../engine/index.ts'
import type { RandomStream } from '../engine/random.ts'
import { format, sizeOf } from '../engine/shape.ts'
import { shapeRule } from './arguments.ts'

/** The numbers that a parameter of this shape starts with, in row-major order. */
export type Initializer = (shape: Shape, stream: RandomStream) => Float64Array

/**
 * A variable that is trained. It holds NaN until `initialize` or `loadStateDict` gives it numbers, so that a
 * forgotten call shows in the first result.
 */
export class Parameter extends Variable {
  readonly initializer: Initializer

  constructor(shape: Shape, initializer: Initializer) {
    check('Parameter', 'shape', shape, shapeRule)
    check('Parameter', 'initializer', initializer, aFunction)
    super(full(shape, Number.NaN))
    this.initializer = initializer
  }
}

/** A variable that is saved with the weights but not trained, float32, of one number to begin with. */
export function buffer(shape: Shape, value: number): Variable {
  check('buffer', 'shape', shape, shapeRule)
  check('buffer', 'value', value, finite)
  demand(sizeOf(shape) < 2 ** 31, () => `buffer: ${format(shape)} are more elements than memory holds`)
  return variable(tensor(new Float32Array(sizeOf(shape)).fill(value), { shape }))
}

/** A whole number that is saved with the weights, 0 to begin with. Files of PyTorch before 0.4.1 have none. */
export class Counter extends Variable {
  constructor() {
    super(tensor(0, { dtype: 'int32' }))
  }
}
