import type { Kernel } from '../../../plan/kernels.ts'
import { argmaxSource } from './argmax.ts'
import type { GpuCall, GpuCalls } from './calls.ts'
import { conv2dInputGradientSource, conv2dSource, conv2dWeightGradientSource } from './convolution.ts'
import { gatherSource, scatterAddSource } from './indexing.ts'
import { loopSource } from './loop.ts'
import { matmulSource } from './matmul.ts'
import { concatenateSource, embedSource } from './movement.ts'
import { maxPool2dIndicesSource } from './pooling.ts'
import { halvesSource, randomBitsSource } from './randomBits.ts'
import { shaderOf } from './shaders/index.ts'
import type { KernelSource, Target } from './writer.ts'

/** The source of each called kernel; a missing one is a compile error. */
const calls: {
  readonly [Name in keyof GpuCalls]: (call: GpuCall<Name>, target: Target) => KernelSource
} = {
  argmax: argmaxSource,
  concatenate: concatenateSource,
  conv2d: conv2dSource,
  conv2dInputGradient: conv2dInputGradientSource,
  conv2dWeightGradient: conv2dWeightGradientSource,
  embed: embedSource,
  gather: gatherSource,
  halves: halvesSource,
  matmul: matmulSource,
  maxPool2dIndices: maxPool2dIndicesSource,
  randomBits: randomBitsSource,
  scatterAdd: scatterAddSource,
}

/** Returns the source of a kernel with one result. */
export function sourceOf(kernel: Kernel<GpuCall>, target: Target): KernelSource {
  if (kernel.kind === 'loop') return loopSource(kernel, target)
  if (kernel.kind === 'clear') throw new Error('gpu: there is no kernel for clearing')
  return sourceOfCall(kernel, target)
}

function sourceOfCall<Name extends keyof GpuCalls>(call: GpuCall<Name>, target: Target): KernelSource {
  const source = calls[call.name](call, target)
  return target.shaders ? { ...source, shader: shaderOf(call, source.values) } : source
}
