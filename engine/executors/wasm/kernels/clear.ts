import { i32, memory } from '../assembler/instructions.ts'
import { FunctionBuilder } from '../assembler/module.ts'
import type { KernelCode } from './kernelCode.ts'
import { bytesPerElement } from './lanes.ts'

/** Sets a whole value of so many elements to zero. */
export function clearCode(value: number, size: number): KernelCode {
  const builder = new FunctionBuilder(1)
  const pointer = builder.parameter(0).get
  builder.emit(memory.fill(pointer, i32.const(0), i32.const(size * bytesPerElement)))
  return { builder, values: [value] }
}
