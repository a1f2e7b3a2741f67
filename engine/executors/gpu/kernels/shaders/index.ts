import { sizeOf } from '../../../../shape.ts'
import type { GpuCall, GpuCalls } from '../calls.ts'
import { conv2dInputGradientShader, conv2dShader } from './convolution.ts'
import { matmulShader } from './matmul.ts'
import type { Shader } from './shader.ts'
import { conv2dWeightGradientShader } from './weightGradient.ts'

/** The kernels with a shader of their own. It binds the values in the order of the kernel's parameters. */
const shaders: {
  readonly [Name in keyof GpuCalls]?: (call: GpuCall<Name>, values: readonly number[]) => Shader | undefined
} = {
  conv2d: conv2dShader,
  conv2dInputGradient: conv2dInputGradientShader,
  conv2dWeightGradient: conv2dWeightGradientShader,
  matmul: matmulShader,
}

/** Returns the shader of a call, or undefined if it has none of its own. */
export function shaderOf<Name extends keyof GpuCalls>(
  call: GpuCall<Name>,
  values: readonly number[],
): Shader | undefined {
  const isEmpty = call.inputs.some(({ shape }) => sizeOf(shape) === 0)
  return isEmpty ? undefined : shaders[call.name]?.(call, values)
}
