import type { Kernel } from '../../../plan/kernels.ts'
import type { ScheduledValue } from '../../../plan/scheduler.ts'
import { sizeOf } from '../../../shape.ts'
import type { EngineModes } from '../modes.ts'
import { argmaxCode } from './argmax.ts'
import type { WasmCall, WasmCalls } from './calls.ts'
import { clearCode } from './clear.ts'
import { convolveCode } from './convolve.ts'
import { depthwiseConvolveCode, depthwiseWeightGradientCode } from './depthwise.ts'
import { gatherCode, scatterAddCode } from './indexing.ts'
import type { CallContext, KernelCode } from './kernelCode.ts'
import { loopCode } from './loop.ts'
import { matmulCode } from './matmul.ts'
import { maxPool2dIndicesCode } from './maxPool2dIndices.ts'
import { randomBitsCode } from './randomBits.ts'
import { weightGradientCode } from './weightGradient.ts'
import { winogradConvolveCode } from './winograd/convolve.ts'
import { winogradFiltersCode } from './winograd/filters.ts'
import { winogradWeightGradientCode } from './winograd/weightGradient.ts'
import { winogradWeightSumsCode } from './winograd/weightSums.ts'

/** The code of each called kernel; a missing one is a compile error. */
const callCodes: {
  readonly [Name in keyof WasmCalls]: (kernel: WasmCall<Name>, context: CallContext) => KernelCode
} = {
  argmax: argmaxCode,
  convolve: convolveCode,
  depthwiseConvolve: depthwiseConvolveCode,
  depthwiseWeightGradient: depthwiseWeightGradientCode,
  gather: gatherCode,
  matmul: matmulCode,
  maxPool2dIndices: maxPool2dIndicesCode,
  randomBits: randomBitsCode,
  scatterAdd: scatterAddCode,
  weightGradient: weightGradientCode,
  winogradConvolve: winogradConvolveCode,
  winogradFilters: winogradFiltersCode,
  winogradWeightGradient: winogradWeightGradientCode,
  winogradWeightSums: winogradWeightSumsCode,
}

/** Generates the code of a kernel over these values. */
export function codeOf(
  kernel: Kernel<WasmCall>,
  values: readonly ScheduledValue[],
  modes: EngineModes,
): KernelCode {
  const sizeOfValue = (value: number) => sizeOf(values[value].shape)
  if (kernel.kind === 'clear') return clearCode(kernel, sizeOfValue(kernel.value))
  if (kernel.kind === 'loop') {
    return loopCode(
      kernel,
      kernel.folds.map(({ view }) => sizeOfValue(view.value)),
    )
  }
  const isFloat = values[kernel.inputs[0].value].dtype === 'float32'
  return codeOfCall(kernel, { isFloat, modes })
}

function codeOfCall<Name extends keyof WasmCalls>(kernel: WasmCall<Name>, context: CallContext): KernelCode {
  return callCodes[kernel.name](kernel, context)
}
