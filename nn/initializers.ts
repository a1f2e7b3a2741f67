import { anInstance, check, finite, notNegative, positive, seed as seedRule } from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { RandomStream, streamKey } from '../base/random.ts'
import { convertHost } from '../engine/dtype.ts'
import { deferredTensor, type Shape, tensor } from '../engine/index.ts'
import { format, sizeOf } from '../engine/shape.ts'
import { shapeRule } from './arguments.ts'
import { type AnyModule, moduleRule } from './module.ts'
import { type Initializer, RandomKey } from './parameter.ts'

/** Fills with this value. PyTorch: `torch.nn.init.constant_`. */
export function constant(value: number): Initializer {
  check('constant', 'value', value, finite)
  return (shape) => new Float64Array(sizeOf(shape)).fill(value)
}

/** Uniform in [−bound, bound). PyTorch: `torch.nn.init.uniform_`. */
export function uniform(bound: number): Initializer {
  check('uniform', 'bound', bound, notNegative)
  return (shape, stream) => drawn(shape, () => (2 * stream.uniform() - 1) * bound)
}

/** Normal with mean 0. PyTorch: `torch.nn.init.normal_`. */
export function normal(deviation: number): Initializer {
  check('normal', 'deviation', deviation, notNegative)
  return (shape, stream) => drawn(shape, () => stream.normal() * deviation)
}

/**
 * Uniform in ±1/√fanIn, where fanIn is the number of inputs that each output sums over: PyTorch's default for the
 * weights and biases of `Conv2d` and `Linear` (`kaiming_uniform_` with a = √5).
 */
export function fanInUniform(fanIn: number): Initializer {
  check('fanInUniform', 'fanIn', fanIn, positive)
  return uniform(1 / Math.sqrt(fanIn))
}

/**
 * Normal with variance 2 / fanOut, where fanOut is the number of filters times the kernel's area: He et al. 2015,
 * equation 14. PyTorch: `kaiming_normal_(mode="fan_out", nonlinearity="relu")`.
 */
export const kaimingNormal: Initializer = (shape, stream) => {
  check('kaimingNormal', 'shape', shape, shapeRule)
  check('kaimingNormal', 'stream', stream, anInstance('a RandomStream', RandomStream))
  const [filters, , ...kernel] = shape
  demand(
    shape.length > 1,
    () => `kaimingNormal: expected a shape [filters, channels, …], got ${format(shape)}`,
  )
  if (filters * sizeOf(kernel) === 0) return new Float64Array(0)
  return normal(Math.sqrt(2 / (filters * sizeOf(kernel))))(shape, stream)
}

function drawn(shape: Shape, draw: () => number): Float64Array {
  const values = new Float64Array(sizeOf(shape))
  for (let i = 0; i < values.length; i++) values[i] = draw()
  return values
}

/**
 * Assigns every parameter its initial values and returns the module. They depend only on the seed and the parameter's full
 * name, so adding or moving a layer does not change the others. They are drawn on the host, so all executors start from the
 * same values, and lazily, so `loadStateDict` right afterwards costs no drawing.
 */
export function initialize<M extends AnyModule>(module: M, seed: number): M {
  check('initialize', 'module', module, moduleRule)
  check('initialize', 'seed', seed, seedRule)
  for (const [name, parameter] of module.namedParameters()) {
    const { shape, dtype, initializer } = parameter
    const draw = () => {
      const stream = new RandomStream(streamKey(seed, 'initialisation', name))
      return convertHost(dtype, initializer(shape, stream))
    }
    parameter.assign(deferredTensor(draw, shape, dtype))
    parameter.origin = `${name} of ${module.constructor.name}`
  }
  for (const [name, value] of module.namedVariables()) {
    if (!(value instanceof RandomKey)) continue
    const [word] = streamKey(seed, 'random key', name)
    value.assign(tensor([word >>> 8, 0], { dtype: 'int32' }))
  }
  return module
}
