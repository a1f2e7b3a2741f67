import type { KernelSource, Target } from './kernels/writer.ts'

/** A buffer of floats that kernels read. Opaque outside its backend. */
export type Block = object

/** A mode of GPU.js: where floats are stored, and how kernels run. Blocks are immutable and reference-counted. */
export interface Backend {
  /** GPU.js's name of the mode. */
  readonly mode: string
  readonly target: Target
  upload(elements: Float32Array): Block
  /** Runs a kernel on the blocks of the values that it reads. */
  run(kernel: KernelSource, inputs: readonly Block[]): Promise<Block>
  read(block: Block, length: number): Promise<Float32Array>
  /** Adds a reference to a block. */
  share(block: Block): Block
  /** Drops a reference to a block. */
  release(block: Block): void
  /** Waits for all submitted work. */
  settle(): Promise<void>
}
