import { castScalar, type DType } from '../../dtype.ts'
import { type BinaryName, binaryFunctions, type UnaryName, unaryFunctions } from '../../scalarFunctions.ts'
import { sizeOf } from '../../shape.ts'
import { aroundAxis, type Kernel } from './kernel.ts'
import { broadcast } from './movement.ts'

function unary(name: UnaryName): Kernel<UnaryName> {
  return ([x]) => x.values.map(unaryFunctions[name].definition)
}

function binary(name: BinaryName): Kernel<BinaryName> {
  return ([first, second], { shape, dtype }) => {
    const compute = name === 'multiply' ? productOf(dtype) : binaryFunctions[name].definition
    const a = broadcast(first, shape)
    const b = broadcast(second, shape)
    const output = new Float64Array(a.length)
    for (let i = 0; i < output.length; i++) output[i] = compute(a[i], b[i])
    return output
  }
}

/** The product of two numbers of a type: that of two int32 can have more digits than a float64 holds. */
export function productOf(dtype: DType): (a: number, b: number) => number {
  return dtype === 'int32' ? Math.imul : binaryFunctions.multiply.definition
}

function mapNames<Name extends UnaryName | BinaryName>(
  names: Record<Name, unknown>,
  kernelOf: (name: Name) => Kernel<Name>,
) {
  return Object.fromEntries(Object.keys(names).map((name) => [name, kernelOf(name as Name)])) as Record<
    Name,
    Kernel<Name>
  >
}

export const unaryKernels = mapNames(unaryFunctions, unary)

export const binaryKernels = mapNames(binaryFunctions, binary)

export const where: Kernel<'where'> = ([condition, first, second], { shape }) => {
  const chosen = broadcast(condition, shape)
  const a = broadcast(first, shape)
  const b = broadcast(second, shape)
  const output = new Float64Array(sizeOf(shape))
  for (let i = 0; i < output.length; i++) output[i] = chosen[i] !== 0 ? a[i] : b[i]
  return output
}

export const cast: Kernel<'cast'> = ([x], { dtype }) => x.values.map(castScalar(dtype))

export const detach: Kernel<'detach'> = ([x]) => x.values

export const literal: Kernel<'literal'> = (_, { attributes, dtype }) =>
  Float64Array.of(castScalar(dtype)(attributes.value))

export const iota: Kernel<'iota'> = (_, { attributes, shape }) => {
  const { length, inner } = aroundAxis(shape, attributes.axis)
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.floor(i / inner) % length)
}
