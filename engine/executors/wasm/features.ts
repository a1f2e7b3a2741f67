import { f32x4, v128 } from './assembler/instructions.ts'
import { assemble, FunctionBuilder } from './assembler/module.ts'

/** Whether this engine has the fused multiply–add of the relaxed SIMD extension. */
export const hasRelaxedSimd: boolean = (() => {
  const builder = new FunctionBuilder(0)
  const local = builder.local('v128')
  builder.emit(local.set(f32x4.relaxed_madd(v128.zero, v128.zero, v128.zero)))
  return WebAssembly.validate(assemble({ imports: [], functions: [builder] }))
})()
