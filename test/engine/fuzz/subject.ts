import type fc from 'fast-check'
import type { Operand, TensorLikeOperand } from './operand.ts'

/** An argument as PyTorch sees it: the name of a tensor in place of the tensor. */
type InPython<Argument> = Argument extends TensorLikeOperand
  ? string
  : Argument extends readonly TensorLikeOperand[]
    ? readonly string[]
    : Argument

type AllInPython<Arguments extends readonly unknown[]> = {
  [Position in keyof Arguments]: InPython<Arguments[Position]>
}

/** A call in which PyTorch computes something else, on purpose. */
export interface Difference {
  readonly reason: string
  readonly when: (operands: readonly Operand[], args: readonly unknown[]) => boolean
}

/** How the public calls of an operation are drawn, and what they must agree with. */
export interface Subject {
  readonly args: fc.Arbitrary<readonly unknown[]>
  /** The call as an expression of Python; none where PyTorch has nothing like it. */
  readonly pytorch?: (args: readonly unknown[]) => string
  readonly differences?: readonly Difference[]
  /**
   * `selecting`: what comes out is one of the numbers that went in, or a truth, and nothing is rounded on the way; so a
   * tie is a tie on every executor.
   * `elementwise` (default): each result is as exact as its operands allow.
   * `normwise`: a result is exact beside the largest of the results, not beside itself.
   * `beside operands`: it is exact beside the largest of the operands.
   */
  readonly rounding?: 'selecting' | 'elementwise' | 'normwise' | 'beside operands'
  /**
   * On the way, numbers grow or shrink to such a power that float32 loses those beyond 2^±bits, whose results are not
   * compared; with the reason.
   */
  readonly float32Range?: { readonly bits: number; readonly reason: string }
}

/** A record of which the Python call is checked against the types of the arguments. */
export function subject<Arguments extends readonly unknown[]>(
  args: fc.Arbitrary<Arguments>,
  pytorch?: (...args: AllInPython<Arguments>) => string,
  more: Omit<Subject, 'args' | 'pytorch'> = {},
): Subject {
  return { args, pytorch: pytorch && ((given) => pytorch(...(given as AllInPython<Arguments>))), ...more }
}

/** A JavaScript value as a literal of Python. */
export function py(value: unknown): string {
  if (value === undefined || value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return pyNumber(value)
  if (Array.isArray(value)) return `[${value.map(py).join(', ')}]`
  return String(value)
}

function pyNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  return Object.is(value, -0) ? '-0.0' : String(value)
}
