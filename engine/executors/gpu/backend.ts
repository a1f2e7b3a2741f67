import type { KernelSource, Target } from './kernels/writer.ts'

/** Floats where kernels find them. What a block is, only its backend knows. */
export type Block = object

/** A mode of GPU.js: where floats live, and how kernels run. Blocks are claimed and released; none is ever changed. */
export interface Backend {
  /** What GPU.js calls this mode. */
  readonly mode: string
  readonly target: Target
  upload(elements: Float32Array): Block
  /** Runs a kernel over the blocks of the values that it reads. */
  run(kernel: KernelSource, inputs: readonly Block[]): Promise<Block>
  read(block: Block, length: number): Promise<Float32Array>
  /** Another claim to the same floats. */
  share(block: Block): Block
  release(block: Block): void
  /** Waits for all that was begun. */
  settle(): Promise<void>
}
