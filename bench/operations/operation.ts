import { RandomStream, streamKey } from '../../base/random.ts'
import { allocateHost } from '../../engine/dtype.ts'
import { permute, type Shape, type Tensor } from '../../engine/index.ts'
import { sizeOf } from '../../engine/shape.ts'
import { hostTensor } from '../../engine/tensor.ts'
import { type Variable, variable } from '../../engine/variable.ts'

/** An operation to measure, or a few that belong together. */
export interface Operation {
  readonly name: string
  /** Multiplications and additions of its definition; a method that needs fewer may beat the peak. */
  readonly flops: number
  /** Bytes read and written, counting each operand and result once. */
  readonly bytes: number
  /** Makes the operands. Returns a function that records the operation once and returns the variables to compute. */
  prepare(): () => Variable[]
}

/** Returns noise of a shape, always the same. */
export function noiseOf(shape: Shape): Float32Array<ArrayBuffer> {
  const stream = new RandomStream(streamKey(0, 'operations'))
  return Float32Array.from({ length: sizeOf(shape) }, () => stream.uniform() - 0.5)
}

/** Returns noise of a shape, in the executor's memory. */
export function noise(shape: Shape): Variable {
  return variable(hostTensor(noiseOf(shape), shape))
}

export function zeros(shape: Shape): Variable {
  return variable(hostTensor(allocateHost('float32', sizeOf(shape)), shape))
}

/** Maps [N, C, H, W] in the layout that kernels pass to each other: channels last. */
export class Maps {
  readonly memory: Variable

  constructor([count, channels, height, width]: Shape) {
    this.memory = noise([count, height, width, channels])
  }

  get tensor(): Tensor {
    return permute(this.memory, [0, 3, 1, 2])
  }

  /** Assigns maps to this memory. */
  assign(maps: Tensor): Variable {
    this.memory.assign(permute(maps, [0, 2, 3, 1]))
    return this.memory
  }
}

export function assigned(target: Variable, value: Tensor): Variable {
  target.assign(value)
  return target
}
