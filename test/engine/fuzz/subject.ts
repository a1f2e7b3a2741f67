import type fc from 'fast-check'
import type { Shape } from '../../../engine/shape.ts'
import type { TensorLikeOperand } from './operand.ts'
import type { Mixed } from './winograd.ts'

/** An argument as PyTorch sees it: the name of a tensor in place of the tensor. */
type InPython<Argument> = Argument extends TensorLikeOperand
  ? string
  : Argument extends readonly TensorLikeOperand[]
    ? readonly string[]
    : Argument

type AllInPython<Arguments extends readonly unknown[]> = {
  [Position in keyof Arguments]: InPython<Arguments[Position]>
}

/** Calls for which PyTorch computes something else, and we on purpose do not. */
export interface Difference<Arguments extends readonly unknown[]> {
  readonly reason: string
  readonly when: (...args: Arguments) => boolean
  /** Whether the value is the same, and only gradients differ. */
  readonly inGradients?: boolean
}

/** How the public calls of an operation are drawn, and what they must agree with. */
export interface Subject {
  readonly args: fc.Arbitrary<readonly unknown[]>
  /** The call as an expression of Python; none where PyTorch has nothing like it. */
  readonly pytorch?: ((args: readonly unknown[]) => string) | undefined
  /** Where PyTorch differs for these arguments, if it does. */
  readonly differenceAt?: (
    args: readonly unknown[],
  ) => Omit<Difference<readonly unknown[]>, 'when'> | undefined
  /**
   * `selecting`: what comes out is one of the numbers that went in, or a truth, and nothing is rounded on the way; so a
   * tie is a tie on every executor.
   * `elementwise` (default): each result is as exact as its operands allow.
   * `normwise`: a result is exact beside the largest of the results, not beside itself.
   * `beside operands`: it is exact beside the largest of the operands.
   * A number: it is exact beside this number.
   */
  readonly rounding?: 'selecting' | 'elementwise' | 'normwise' | 'beside operands' | number
  /**
   * On the way, numbers grow or shrink so much that float32 loses those of operands beyond 2^±bits, and float64 those
   * beyond eight times as many bits. The results are not compared then; with the reason.
   */
  readonly range?: { readonly bits: number; readonly reason: string }
  /** What an executor with Winograd's method may make of it. */
  readonly mixed?: ((args: readonly unknown[], output: Shape) => Mixed | undefined) | undefined
}

/** What a record says beside its calls. */
export interface More<Arguments extends readonly unknown[]> extends Pick<Subject, 'rounding' | 'range'> {
  readonly differences?: readonly Difference<Arguments>[]
  readonly mixed?: (args: Arguments, output: Shape) => Mixed | undefined
}

/** A record of which Python's call and the differences are checked against the types of the arguments. */
export function subject<Arguments extends readonly unknown[]>(
  args: fc.Arbitrary<Arguments>,
  pytorch?: (...args: AllInPython<Arguments>) => string,
  { differences = [], mixed, ...more }: More<Arguments> = {},
): Subject {
  return {
    args,
    pytorch: pytorch && ((given) => pytorch(...(given as AllInPython<Arguments>))),
    mixed: mixed && ((given, output) => mixed(given as Arguments, output)),
    differenceAt: (given) => differences.find(({ when }) => when(...(given as Arguments))),
    ...more,
  }
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
