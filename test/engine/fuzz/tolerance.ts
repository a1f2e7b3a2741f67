import type { Executor } from '../../../engine/index.ts'
import { hostTensor } from '../../../engine/tensor.ts'
import { type Call, compute } from './call.ts'
import { nearbyElements } from './nearby.ts'
import { elementsOf, Operand } from './operand.ts'
import { allowances, type Outcome, type Precision } from './outcome.ts'

/** How far each result of a call may be off, when it is computed with this precision. */
export async function allowed(
  call: Call,
  truth: Outcome,
  precision: Precision,
  reference: Executor,
): Promise<Float64Array[]> {
  const { rounding = 'elementwise' } = call.subject
  const nearby: Outcome[] = []
  if (truth.kind === 'float' && rounding !== 'selecting') {
    for (const turn of [0, 1, 2]) {
      const moved = (operand: Operand) =>
        hostTensor(nearbyElements(operand, precision.relative, turn), operand.shape)
      nearby.push(await compute(call.record(moved), reference))
    }
  }
  return truth.results.map((result, i) => {
    if (truth.kind !== 'float' || (rounding === 'selecting' && i === 0 && !isConverted(call, truth)))
      return new Float64Array(result.length)
    const around = nearby.map(({ results }) => results[i])
    return allowances(result, around, precision, scaleOf(call, result, i))
  })
}

/** Whether the value holds integers that float32 may have rounded. */
function isConverted({ operands }: Call, { kind }: Outcome): boolean {
  return (
    kind === 'float' && operands.some((operand) => operand instanceof Operand && operand.dtype === 'int32')
  )
}

/** The magnitude beside which all elements of a result are rounded. */
function scaleOf({ subject: { rounding }, operands }: Call, result: ArrayLike<number>, i: number): number {
  // A cotangent is at most 2.
  if (i > 0) return Math.max(2, ...finite(result))
  if (typeof rounding === 'number') return rounding
  if (rounding === 'normwise') return Math.max(0, ...finite(result))
  if (rounding === 'beside operands')
    return Math.max(0, ...operands.flatMap((operand) => finite(elementsOf(operand))))
  return 0
}

function finite(numbers: ArrayLike<number>): number[] {
  return Array.from(numbers, Math.abs).filter(Number.isFinite)
}
