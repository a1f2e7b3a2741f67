import type { KernelSource, Target } from './kernels/writer.ts'

/** A buffer of floats that kernels read. Opaque outside its backend. */
export type Block = object

/** A mode of GPU.js: where floats are stored. */
export interface Backend {
  /** GPU.js's name of the mode. */
  readonly mode: string
  upload(elements: Float32Array): Block
  read(block: Block, length: number): Promise<Float32Array>
  /** Drops a reference to a block. */
  release(block: Block): void
}

/** Runs kernels one at a time. Blocks are immutable and reference-counted. */
export interface KernelRunner extends Backend {
  readonly target: Target
  /** Runs a kernel on the blocks of the values that it reads. */
  run(kernel: KernelSource, inputs: readonly Block[]): Promise<Block>
  /** Adds a reference to a block. */
  share(block: Block): Block
}
