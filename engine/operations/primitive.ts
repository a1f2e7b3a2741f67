import { largestCount } from '../../base/arguments.ts'
import { InvalidInputError } from '../../base/errors.ts'
import type { DType } from '../dtype.ts'
import { Node } from '../node.ts'
import type { PrimitiveName } from '../primitiveNames.ts'
import type { Kinks } from '../scalarFunctions.ts'
import { format, type Shape, sizeOf } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import type { Attributes, AttributesOf, Call } from './attributes.ts'

/** The shape and type of an input or output, as shape rules see it. */
export interface Operand {
  readonly shape: Shape
  readonly dtype: DType
}

/**
 * Vector–Jacobian product: computes from the gradient of a scalar with respect to the output those with respect to the
 * inputs, `undefined` for an input without gradient. It is written in operations, and therefore differentiable itself.
 * If an input was broadcast, its gradient may have the output's shape: the backward pass sums it to the input's shape.
 */
export type Vjp<Name extends PrimitiveName> = (
  gradient: Tensor,
  call: { inputs: readonly Tensor[]; output: Tensor; attributes: AttributesOf[Name] },
) => (Tensor | undefined)[]

/** A call for tests: operands of these shapes with elements drawn from their domains. */
export interface Example<Given extends Attributes = Attributes> {
  readonly inputs: readonly {
    readonly shape: Shape
    /** Default `float64`. */
    readonly dtype?: DType | undefined
    /** Elements are drawn from [low, high); default [-2, 2). */
    readonly domain?: readonly [number, number] | undefined
  }[]
  readonly attributes?: Given
  /** Default: none in the domains. */
  readonly kinks?: Kinks | undefined
}

/** The record of a primitive operation: everything except how executors compute it. */
export interface Primitive<Name extends PrimitiveName> {
  readonly name: Name
  /** The formula, in one line. */
  readonly formula: string
  /** Returns the output's shape and type; throws `InvalidInputError` if the inputs do not fit. */
  readonly infer: (inputs: readonly Operand[], attributes: AttributesOf[Name]) => Operand
  /** `'none'` if the derivative is zero almost everywhere or the operands are not real numbers. */
  readonly vjp: Vjp<Name> | 'none'
  /** Inputs of the conformance suite and the gradient checks. */
  readonly examples: readonly Example<AttributesOf[Name]>[]
}

/** A primitive whose name, and with it the attributes, the compiler does not know; for loops over all primitives. */
export interface AnyPrimitive extends Pick<Primitive<PrimitiveName>, 'name' | 'formula'> {
  infer(inputs: readonly Operand[], attributes: Attributes): Operand
  readonly vjp: unknown
  readonly examples: readonly Example[]
}

/** Records a call of a primitive without static knowledge of its attributes. */
export function applyAny(
  primitive: AnyPrimitive,
  inputs: readonly Tensor[],
  attributes: Attributes = {},
): Tensor {
  const { name } = primitive
  const { shape, dtype } = primitive.infer(inputs, attributes)
  if (sizeOf(shape) > largestCount) {
    throw new InvalidInputError(
      `${name}: a result of shape ${format(shape)} has too many elements for any memory`,
    )
  }
  const nodes = inputs.map((input) => input.node)
  // The compiler cannot relate attributes to a name that it does not know.
  const operation = { name, attributes } as Call
  return new Tensor(new Node({ operation, inputs: nodes, shape, dtype }))
}

/** Records a call of a primitive. */
export const apply: <Name extends PrimitiveName>(
  primitive: Primitive<Name>,
  inputs: readonly Tensor[],
  attributes: AttributesOf[Name],
) => Tensor = applyAny
