import { i32, memory } from '../assembler/instructions.ts'
import { beginKernel, type KernelCode } from './kernelCode.ts'
import { bytesPerElement } from './lanes.ts'

/** Sets a whole value of so many elements to zero. */
export function clearCode(value: number, size: number): KernelCode {
  const whole = { value }
  const code = beginKernel([whole])
  const bytes = i32.const(size * bytesPerElement)
  code.builder.emit(memory.fill(code.pointerTo(whole).get, i32.const(0), bytes))
  return code
}
