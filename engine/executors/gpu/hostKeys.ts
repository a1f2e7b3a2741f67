import type { HostArray } from '../../dtype.ts'
import type { Argument } from '../../executor.ts'
import type { Graph } from '../../plan/graph.ts'
import type { Kernel } from '../../plan/kernels.ts'
import type { View } from '../../plan/view.ts'
import type { GpuCall } from './kernels/calls.ts'
import { halvesOf } from './kernels/randomBits.ts'

/** Returns the view of a random key if a kernel reads it from a host input. */
export function keyInputOf(kernel: Kernel<GpuCall>, { inputs }: Graph): View | undefined {
  if (kernel.kind !== 'call' || kernel.name !== 'halves') return undefined
  const [key] = kernel.inputs
  return inputs[key.value]?.resident === false ? key : undefined
}

/** Returns the halves of the two words of such a key: floats hold no whole word. */
export function halvesOfKey(
  { value, offset, strides: [stride] }: View,
  inputs: readonly Argument[],
): Float32Array {
  const elements = inputs[value] as HostArray
  return halvesOf([elements[offset], elements[offset + stride]])
}
