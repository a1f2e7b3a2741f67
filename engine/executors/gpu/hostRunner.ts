import type { Block, KernelRunner } from './backend.ts'
import type { GpuJs, Rows } from './gpujs.ts'
import { KernelCache } from './kernelCache.ts'
import type { KernelSource, Target } from './kernels/writer.ts'

export type HostMode = 'webasm' | 'cpu'

/** GPU.js without a GPU: `webasm` compiles kernels to WebAssembly, `cpu` to JavaScript. A block is an array on the host. */
export class HostRunner implements KernelRunner {
  readonly mode: HostMode
  readonly target: Target
  readonly #kernels: KernelCache

  constructor({ GPU }: GpuJs, mode: HostMode) {
    this.mode = mode
    this.target = { vectors: false, rounds: mode === 'cpu', shaders: false }
    this.#kernels = new KernelCache(new GPU({ mode }), mode)
  }

  upload(elements: Float32Array): Block {
    return elements.slice()
  }

  async run(source: KernelSource, inputs: readonly Block[]): Promise<Block> {
    const arrays = inputs as readonly Float32Array[]
    const kernel = this.#kernels.get(
      source,
      arrays.map(({ length }) => length),
    )
    const rows = (await kernel(...arrays, ...source.numbers)) as Rows
    this.#kernels.check(kernel)
    if (rows instanceof Float32Array) return rows
    const [inner] = source.threads
    const elements = new Float32Array(inner * rows.length)
    for (const [i, row] of rows.entries()) elements.set(row as Float32Array, i * inner)
    return elements
  }

  async read(block: Block): Promise<Float32Array> {
    return (block as Float32Array).slice()
  }

  share(block: Block): Block {
    return block
  }

  /** Does nothing: the garbage collector frees arrays. */
  release(): void {}
}
