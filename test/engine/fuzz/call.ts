import fc from 'fast-check'
import { isFloat } from '../../../engine/dtype.ts'
import { type Executor, grad, InvalidInputError, realizeOn } from '../../../engine/index.ts'
import * as operations from '../../../engine/operations/index.ts'
import { type Shape, sizeOf } from '../../../engine/shape.ts'
import { hostTensor, Tensor } from '../../../engine/tensor.ts'
import { Operand, Scalar, type TensorLikeOperand } from './operand.ts'
import { kindOf, type Outcome } from './outcome.ts'
import type { Subject } from './subject.ts'
import { type OperationName, subjects } from './subjects/index.ts'
import type { Mixing } from './winograd.ts'

/** A call of a public operation, as a function or as a method of its first operand. */
export class Call {
  readonly operation: OperationName
  readonly args: readonly unknown[]
  readonly asMethod: boolean
  /** Tensors and numbers among the arguments, in order. */
  readonly operands: readonly TensorLikeOperand[]

  constructor(operation: OperationName, args: readonly unknown[], asMethod: boolean) {
    this.operation = operation
    this.args = args
    this.asMethod = asMethod
    this.operands = args
      .flat()
      .filter((argument) => argument instanceof Operand || argument instanceof Scalar)
  }

  get subject(): Subject {
    return subjects[this.operation]
  }

  get tensors(): readonly Operand[] {
    return this.operands.filter((operand) => operand instanceof Operand)
  }

  /** The arguments with something else in place of each operand. */
  #with(replace: (operand: TensorLikeOperand, position: number) => unknown): unknown[] {
    const places = new Map(this.operands.map((operand, position) => [operand, position]))
    const visit = (argument: unknown): unknown => {
      if (argument instanceof Operand || argument instanceof Scalar)
        return replace(argument, places.get(argument)!)
      return Array.isArray(argument) ? argument.map(visit) : argument
    }
    return this.args.map(visit)
  }

  /** Records the call. `make` makes the tensor that stands for an operand. */
  record(make: (operand: Operand) => Tensor): Recorded {
    const made = new Map(this.tensors.map((operand) => [operand, make(operand)]))
    const args = this.#with((operand) => (operand instanceof Operand ? made.get(operand)! : operand.value))
    const [first, ...rest] = args
    const asMethod = this.asMethod && first instanceof Tensor && this.operation in first
    const called = Reflect.get(asMethod ? first : operations, this.operation) as (
      ...args: unknown[]
    ) => Tensor
    const value = asMethod ? called.apply(first, rest) : called(...args)
    const sources = this.tensors.filter(isDifferentiable).map((operand) => made.get(operand)!)
    if (!isFloat(value.dtype)) return { value, gradients: sources.map(zerosLike) }
    const seed = hostTensor(castLike(cotangentFor(value.shape), value), value.shape)
    return { value, gradients: grad(value, sources, seed) }
  }

  /** What Winograd's method may make of its results, where it may have a part in them. */
  mixed(output: Shape): readonly (Mixing | undefined)[] {
    const mixed = this.subject.mixed?.(this.args, output)
    if (mixed === undefined) return []
    const sources = this.tensors.filter(isDifferentiable)
    return [mixed.value, ...sources.map((source) => mixed.gradients.get(source))]
  }

  /** The call in Python, the operands being x[0], x[1], … */
  toPython(): string | undefined {
    return this.subject.pytorch?.(this.#with((_, position) => `x[${position}]`))
  }

  /** Source text that makes the call. */
  toString(): string {
    const [first, ...rest] = this.#with((operand) => new Text(String(operand))).map(textOf)
    const asMethod = this.asMethod && this.args[0] instanceof Operand && this.operation in Tensor.prototype
    return asMethod
      ? `${first}.${this.operation}(${rest.join(', ')})`
      : `${this.operation}(${[first, ...rest].filter((each) => each !== undefined).join(', ')})`
  }

  [fc.toStringMethod](): string {
    return this.toString()
  }
}

export interface Recorded {
  readonly value: Tensor
  /** By each floating tensor. */
  readonly gradients: readonly Tensor[]
}

class Text {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

function textOf(argument: unknown): string {
  if (argument instanceof Text) return argument.text
  return Array.isArray(argument) ? `[${argument.map(textOf).join(', ')}]` : fc.stringify(argument)
}

/** Whether a gradient by this operand is asked for. */
export function isDifferentiable({ dtype }: Operand): boolean {
  return isFloat(dtype)
}

function zerosLike({ shape, dtype }: Tensor): Tensor {
  return operations.zeros(shape, dtype)
}

/** The weight of each element of a result: whole halves, none 0, so that no infinity is hidden. */
export function cotangentFor(shape: Shape): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => [1, -0.5, 2, -1.5, 0.5][i % 5])
}

function castLike(elements: Float64Array, { dtype }: Tensor): Float64Array | Float32Array {
  return dtype === 'float64' ? elements : Float32Array.from(elements)
}

/** Computes all that was recorded, in one plan. */
export async function compute({ value, gradients }: Recorded, executor: Executor): Promise<Outcome> {
  await realizeOn(executor, value, ...gradients)
  const results = await Promise.all([value, ...gradients].map((each) => each.data()))
  return { kind: kindOf(value.dtype), shape: value.shape, results }
}

/** Runs a recording; gives the refusal where the arguments are refused. */
export function refusalOr<Result>(run: () => Result): Result | InvalidInputError {
  try {
    return run()
  } catch (error) {
    if (error instanceof InvalidInputError) return error
    throw error
  }
}

/** For calls of one operation. */
export function callsOf(operation: OperationName): fc.Arbitrary<Call> {
  return fc
    .tuple(subjects[operation].args, fc.boolean())
    .map(([args, asMethod]) => new Call(operation, args, asMethod))
}
