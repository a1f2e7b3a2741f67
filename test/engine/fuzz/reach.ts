import { isFloat } from '../../../engine/dtype.ts'
import type { Executor } from '../../../engine/index.ts'
import type { Call } from './call.ts'
import { elementsOf, Scalar, type TensorLikeOperand } from './operand.ts'
import type { Outcome } from './outcome.ts'

/** Operations to which each unit counts, however many there are. */
const periodic: ReadonlySet<string> = new Set(['sin', 'cos', 'tan', 'remainder', 'power'])

/** Whether all numbers of a call are within 2^±bits, but for 0, infinities and NaN. */
function isInRange(call: Call, bits: number): boolean {
  return call.operands.every((operand) =>
    elementsOf(operand).every(
      (value) => value === 0 || !Number.isFinite(value) || Math.abs(Math.log2(Math.abs(value))) <= bits,
    ),
  )
}

/** Gradients are products of several numbers, and of numbers less 1: beyond 2^±20, float32 may not hold them. */
const gradientBits = 20

/** How many times wider the exponents of float64 are. */
const doubleWidth = 8

/** How many of the results a floating type holds: none, the value, or its gradients too. */
export function comparable(call: Call, { results }: Outcome, type: 'float32' | 'float64'): number {
  const { range, rounding } = call.subject
  const width = type === 'float64' ? doubleWidth : 1
  const tells = periodic.has(call.operation) || (rounding === 'selecting' && isMixed(call))
  if (type === 'float32' && tells && !integersFitSingle(call)) return 0
  if (range !== undefined && !isInRange(call, range.bits * width)) return 0
  return isInRange(call, gradientBits * width) ? results.length : 1
}

function isMixed({ operands }: Call): boolean {
  return operands.some((operand) => operand instanceof Scalar || isFloat(operand.dtype))
}

/** Whether float32 tells all integers of a call from their neighbours. */
function integersFitSingle({ tensors }: Call): boolean {
  return tensors.every(
    ({ dtype, elements }) => dtype !== 'int32' || elements.every((value) => Math.abs(value) <= 2 ** 24),
  )
}

/** Whether the executor's numbers reach so far, by its own word. */
export function fits({ operation, operands }: Call, { limits }: Executor): boolean {
  if (limits === undefined) return true
  const isTurned = (value: number) => Math.abs(value) > limits.largestAngle
  if (periodic.has(operation) && operands.some((operand) => elementsOf(operand).some(isTurned))) return false
  if (operation === 'remainder' && largestQuotient(operands) > 2 ** limits.integerBits) return false
  const most = 2 ** (limits.integerBits / 2)
  return operands.every((operand) => {
    if (operand instanceof Scalar) return !Number.isInteger(operand.value) || Math.abs(operand.value) < most
    if (operand.dtype === 'int32') return operand.base.data.every((value) => Math.abs(value) < most)
    return limits.subnormals || operand.elements.every((value) => value === 0 || Math.abs(value) >= 2 ** -126)
  })
}

/** The largest quotient that dividing any finite element of one operand by any of another may have. */
function largestQuotient([a, b]: readonly TensorLikeOperand[]): number {
  const sizes = (operand: TensorLikeOperand) => elementsOf(operand).map(Math.abs).filter(Number.isFinite)
  const divisors = sizes(b).filter((size) => size > 0)
  return Math.max(0, ...sizes(a)) / Math.min(...divisors)
}
