import type { DType } from '../../dtype.ts'
import type { Graph, OperationOf } from '../../plan/graph.ts'
import type { PrimitiveName } from '../../primitiveNames.ts'
import type { Operand } from './kernel.ts'
import { kernels } from './kernels.ts'

/** Evaluates a graph operation by operation, dropping each value after its last use. Returns the outputs in order. */
export function evaluate(graph: Graph, inputs: readonly Float64Array[]): Operand[] {
  const operands: (Operand | undefined)[] = graph.inputs.map(({ shape, dtype }, i) => ({
    values: inputs[i],
    shape,
    dtype,
  }))
  const lastUses = lastUsesOf(graph)
  graph.operations.forEach((operation, index) => {
    const { shape, dtype } = operation
    const values = compute(
      operation.inputs.map((input) => operands[input]!),
      operation,
    )
    operands.push({ values: normalized(values, dtype), shape, dtype })
    for (const input of operation.inputs) if (lastUses[input] === index) operands[input] = undefined
  })
  return graph.outputs.map(({ value }) => operands[value]!)
}

function compute<Name extends PrimitiveName>(
  inputs: readonly Operand[],
  operation: OperationOf<Name>,
): Float64Array {
  return kernels[operation.name](inputs, operation)
}

/** Returns the index of the last operation that reads each value; for outputs, the number of operations. */
function lastUsesOf({ inputs, operations, outputs }: Graph): number[] {
  const lastUses = new Array<number>(inputs.length + operations.length).fill(-1)
  operations.forEach((operation, index) => {
    for (const input of operation.inputs) lastUses[input] = index
  })
  for (const { value } of outputs) lastUses[value] = operations.length
  return lastUses
}

/** Converts the float64 result of a kernel to its type: int32 wraps around, bool is 0 or 1, NaN becomes 0 in both. */
function normalized(values: Float64Array, dtype: DType): Float64Array {
  if (dtype === 'int32') for (let i = 0; i < values.length; i++) values[i] |= 0
  if (dtype === 'bool') for (let i = 0; i < values.length; i++) values[i] = values[i] ? 1 : 0
  return values
}
