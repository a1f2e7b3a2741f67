import type { Instruction } from '../../../plan/kernels.ts'
import type { View } from '../../../plan/view.ts'
import { scalarExpression } from './scalars.ts'
import type { KernelWriter } from './writer.ts'

/** What a body needs from its loop. */
export interface BodyContext {
  /** The offset of an operand's element. */
  offsetOf(view: View): string
  /** The index along an axis of the loop's shape. */
  coordinate(axis: number): string
}

/** Writes the instructions of a fused loop; returns the names of their results. */
export function writeBody(
  writer: KernelWriter,
  body: readonly Instruction[],
  context: BodyContext,
): string[] {
  const names: string[] = []
  for (const instruction of body) names.push(writer.constant(expressionOf(instruction), 'r'))
  return names

  function expressionOf(instruction: Instruction): string {
    if (instruction.name === 'load') return writer.load(instruction.view, context.offsetOf(instruction.view))
    if (instruction.name === 'literal') return literalOf(writer, instruction.value, instruction.dtype)
    if (instruction.name === 'iota') return context.coordinate(instruction.axis)
    if (instruction.name === 'result') throw new Error('gpu: a loop has no result of a call')
    const operands = instruction.inputs.map((input) => ({ name: names[input], dtype: body[input].dtype }))
    return scalarExpression(writer, instruction.name, operands, instruction.dtype)
  }
}

function literalOf(writer: KernelWriter, value: number, dtype: Instruction['dtype']): string {
  return dtype === 'bool' ? String(Number(value !== 0)) : writer.number(value)
}
