import { largestCount } from '../../base/arguments.ts'
import { InvalidInputError } from '../../base/errors.ts'
import type { DType } from '../dtype.ts'
import { Node } from '../node.ts'
import type { PrimitiveName } from '../primitiveNames.ts'
import type { Kinks } from '../scalarFunctions.ts'
import { format, type Shape, sizeOf } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import type { Attributes, AttributesOf, Call } from './attributes.ts'

/** What a shape rule sees of an input, and what it says of the output. */
export interface Operand {
  readonly shape: Shape
  readonly dtype: DType
}

/**
 * Vector–Jacobian product: from the gradient of some scalar with respect to the output, its gradients with respect
 * to the inputs, `undefined` for an input that has none. Written in operations, and so differentiable itself. A
 * gradient may have the output's shape where the input was broadcast to it: the walk sums it back.
 */
export type Vjp<Name extends PrimitiveName> = (
  gradient: Tensor,
  call: { inputs: readonly Tensor[]; output: Tensor; attributes: AttributesOf[Name] },
) => (Tensor | undefined)[]

/** A call that tests make: operands of these shapes with elements drawn from their domains. */
export interface Example<Given extends Attributes = Attributes> {
  readonly inputs: readonly {
    readonly shape: Shape
    /** Default `float64`. */
    readonly dtype?: DType
    /** Elements are drawn from [low, high); default [-2, 2). */
    readonly domain?: readonly [number, number]
  }[]
  readonly attributes?: Given
  /** Default: nowhere in the domains. */
  readonly kinks?: Kinks
}

/** All that thermograd knows of a primitive operation, except how executors compute it. */
export interface Primitive<Name extends PrimitiveName> {
  readonly name: Name
  /** What it computes, in one line. */
  readonly formula: string
  /** The output's shape and type; throws `InvalidInputError` where the inputs do not fit. */
  readonly infer: (inputs: readonly Operand[], attributes: AttributesOf[Name]) => Operand
  /** `'none'` where the derivative is zero almost everywhere or the operands are not real numbers. */
  readonly vjp: Vjp<Name> | 'none'
  /** Held to the conformance suite and the gradient checks. */
  readonly examples: readonly Example<AttributesOf[Name]>[]
}

/** A primitive whose name, and so its attributes, the compiler does not know: tests go through all of them. */
export interface AnyPrimitive extends Pick<Primitive<PrimitiveName>, 'name' | 'formula'> {
  infer(inputs: readonly Operand[], attributes: Attributes): Operand
  readonly vjp: unknown
  readonly examples: readonly Example[]
}

/** Records one call of a primitive whose attributes the compiler does not know to be its own. */
export function applyAny(
  primitive: AnyPrimitive,
  inputs: readonly Tensor[],
  attributes: Attributes = {},
): Tensor {
  const { name } = primitive
  const { shape, dtype } = primitive.infer(inputs, attributes)
  if (sizeOf(shape) > largestCount) {
    throw new InvalidInputError(`${name}: ${format(shape)} are more elements than any memory holds`)
  }
  const nodes = inputs.map((input) => input.node)
  // The compiler cannot say of a name that it does not know which attributes belong to it.
  const operation = { name, attributes } as Call
  return new Tensor(new Node({ operation, inputs: nodes, shape, dtype }))
}

/** Records one call of a primitive. */
export const apply: <Name extends PrimitiveName>(
  primitive: Primitive<Name>,
  inputs: readonly Tensor[],
  attributes: AttributesOf[Name],
) => Tensor = applyAny
