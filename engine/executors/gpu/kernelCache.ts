import { RecentlyUsed } from '../../../base/recentlyUsed.ts'
import { type CompiledKernel, type KernelFactory, replaceShader } from './gpujs.ts'
import type { KernelSource } from './kernels/writer.ts'

/** A cache of compiled kernels, keyed by source: equal bodies over equal shapes share a kernel. */
export class KernelCache {
  readonly #factory: KernelFactory
  readonly #mode: string
  readonly #kernels: RecentlyUsed<string, CompiledKernel>

  /** `capacity`: the most kernels kept. */
  constructor(factory: KernelFactory, mode: string, capacity = 4096) {
    this.#kernels = new RecentlyUsed(capacity, (kernel) => kernel.destroy())
    this.#factory = factory
    this.#mode = mode
  }

  /** `sizes`: the sizes of its arrays, if a compiled kernel is bound to them. */
  get({ source, shader, functions, threads }: KernelSource, sizes: readonly number[] = []): CompiledKernel {
    const key = `${threads} ${sizes} ${source} ${shader?.code}`
    let kernel = this.#kernels.get(key)
    if (kernel === undefined) {
      kernel = this.#factory.createKernel(source, {
        output: threads,
        // GPU.js fails on a list that is undefined or empty.
        ...(functions.length > 0 && { functions }),
        // Loops end silently beyond it.
        loopMaxIterations: 2 ** 30,
        pipeline: true,
        immutable: true,
      })
      if (shader !== undefined) replaceShader(kernel, shader)
      this.#kernels.set(key, kernel)
    }
    return kernel
  }

  /** Throws if GPU.js has silently fallen back to another mode. */
  check({ kernel }: CompiledKernel): void {
    const { mode } = kernel.constructor
    if (mode === this.#mode) return
    throw new Error(`gpu: a kernel runs in mode ${mode} instead of ${this.#mode}: ${kernel.fallbackReason}`)
  }
}
