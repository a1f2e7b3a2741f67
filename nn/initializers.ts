import { RandomStream, streamKey } from '../engine/random.ts'
import { sizeOf } from '../engine/shape.ts'
import { tensor } from '../engine/tensor.ts'
import type { Module } from './module.ts'
import type { Initializer } from './parameter.ts'

/** Every element is this number. */
export function constant(value: number): Initializer {
  return (shape) => new Float64Array(sizeOf(shape)).fill(value)
}

/** Uniform in [−bound, bound). */
export function uniform(bound: number): Initializer {
  return (shape, stream) =>
    Float64Array.from({ length: sizeOf(shape) }, () => (2 * stream.uniform() - 1) * bound)
}

/**
 * Uniform in ±1/√fanIn, fanIn being the number of inputs that one output sums over: PyTorch's default for the
 * weights and biases of `Conv2d` and `Linear` (`kaiming_uniform_` with a = √5).
 */
export function fanInUniform(fanIn: number): Initializer {
  return uniform(1 / Math.sqrt(fanIn))
}

/**
 * Normal with variance 2 / fanOut, fanOut being the filters times the kernel's area: He et al. 2015, equation 14.
 * PyTorch: `kaiming_normal_(mode="fan_out", nonlinearity="relu")`.
 */
export const kaimingNormal: Initializer = (shape, stream) => {
  const [filters, , ...kernel] = shape
  const deviation = Math.sqrt(2 / (filters * sizeOf(kernel)))
  return Float64Array.from({ length: sizeOf(shape) }, () => stream.normal() * deviation)
}

/**
 * Gives every parameter its initial numbers and returns the module. A parameter's numbers depend on the seed and on
 * its full name alone, so that adding or moving a layer does not change the others; they are drawn on the host, so
 * that all executors start from the same ones.
 */
export function initialize<M extends Module<unknown>>(module: M, seed: number): M {
  for (const [name, parameter] of module.namedParameters()) {
    const { shape, dtype } = parameter
    const stream = new RandomStream(streamKey(seed, 'initialisation', name))
    parameter.assign(tensor(parameter.initializer(shape, stream), { shape, dtype }))
  }
  return module
}
