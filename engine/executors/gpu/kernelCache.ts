import type { CompiledKernel, KernelFactory } from './gpujs.ts'
import type { KernelSource } from './kernels/writer.ts'

/** Compiled kernels, found again by their sources: the same shapes and the same body are the same kernel. */
export class KernelCache {
  readonly #factory: KernelFactory
  readonly #mode: string
  readonly #capacity: number
  readonly #kernels = new Map<string, CompiledKernel>()

  /** `capacity`: how many are kept; the one that was not used for longest goes first. */
  constructor(factory: KernelFactory, mode: string, capacity = 4096) {
    this.#capacity = capacity
    this.#factory = factory
    this.#mode = mode
  }

  /** `sizes`: of its arrays, where a kernel cannot be called with others. */
  get({ source, functions, threads }: KernelSource, sizes: readonly number[] = []): CompiledKernel {
    const key = `${threads} ${sizes} ${source}`
    let kernel = this.#kernels.get(key)
    if (kernel === undefined) {
      kernel = this.#factory.createKernel(source, {
        output: threads,
        // GPU.js stumbles over a list that is undefined or empty.
        ...(functions.length > 0 && { functions }),
        // Beyond it loops end, without a word.
        loopMaxIterations: 2 ** 30,
        pipeline: true,
        immutable: true,
      })
    } else this.#kernels.delete(key)
    this.#kernels.set(key, kernel)
    if (this.#kernels.size > this.#capacity) this.#evict()
    return kernel
  }

  /** Throws where GPU.js has quietly gone over to another mode. */
  check({ kernel }: CompiledKernel): void {
    const { mode } = kernel.constructor
    if (mode === this.#mode) return
    throw new Error(`gpu: a kernel runs in mode ${mode} instead of ${this.#mode}: ${kernel.fallbackReason}`)
  }

  #evict(): void {
    const [key, kernel] = this.#kernels.entries().next().value!
    this.#kernels.delete(key)
    kernel.destroy()
  }
}
