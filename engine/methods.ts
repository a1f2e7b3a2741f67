import * as operations from './operations/index.ts'
import { data, item, ndarray } from './realize.ts'
import { Tensor } from './tensor.ts'

const {
  arange: _arange,
  iota: _iota,
  full: _full,
  zeros: _zeros,
  ones: _ones,
  concatenate: _concatenate,
  stack: _stack,
  randomBits: _randomBits,
  randomUniform: _randomUniform,
  randomNormal: _randomNormal,
  ...onTensors
} = operations

/** Every operation whose first operand is a tensor, and the functions that read one. */
const methods = { ...onTensors, data, item, ndarray }

type Method<F> = F extends (x: never, ...rest: infer Rest) => infer Result ? (...rest: Rest) => Result : never

type Methods = { readonly [Name in keyof typeof methods]: Method<(typeof methods)[Name]> }

declare module './tensor.ts' {
  interface Tensor extends Methods {}
}

for (const [name, operation] of Object.entries(methods)) {
  Object.defineProperty(Tensor.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Tensor, ...rest: unknown[]) {
      return (operation as (...all: unknown[]) => unknown)(this, ...rest)
    },
  })
}
