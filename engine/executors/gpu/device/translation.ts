import { RecentlyUsed } from '../../../../base/recentlyUsed.ts'
import type { KernelFactory } from '../gpujs.ts'
import type { KernelSource } from '../kernels/writer.ts'

/** A kernel in WGSL, as GPU.js translates it. */
export interface Translation {
  /** The statements of a thread. They read arrays through functions `get_user_a0`, …, and write `result`. */
  readonly body: string
  /** The functions that they call. */
  readonly functions: readonly string[]
}

/** The most translations that are kept. */
const capacity = 4096

/**
 * The bound of a loop. It becomes a number that compilers do not know: they would unroll the loops of every fold, which takes
 * some of them minutes.
 */
const loopBound = /(?<=\bfor \(var user_\w+ : i32 = 0;\(user_\w+<)\d+/g

/** Translates kernels from JavaScript to WGSL with GPU.js, without compiling them. */
export class Translator {
  readonly #factory: KernelFactory
  readonly #known = new RecentlyUsed<string, Translation>(capacity)

  constructor(factory: KernelFactory) {
    this.#factory = factory
  }

  translate(source: KernelSource): Translation {
    const key = `${source.threads.length} ${source.source}`
    let translation = this.#known.get(key)
    if (translation === undefined) this.#known.set(key, (translation = this.#translated(source)))
    return translation
  }

  #translated({ source, functions, threads, values, numbers }: KernelSource): Translation {
    const compiled = this.#factory.createKernel(source, {
      output: threads,
      // GPU.js fails on an empty list.
      ...(functions.length > 0 && { functions }),
      loopMaxIterations: 2 ** 30,
      pipeline: true,
      immutable: true,
    })
    const { kernel } = compiled
    // Building it translates it, and goes on to compile it.
    kernel._buildAsync = () => Promise.resolve()
    void kernel.build?.(...values.map(() => new Float32Array(1)), ...numbers)
    const { translatedBody, translatedFunctions } = kernel
    compiled.destroy()
    if (typeof translatedBody !== 'string' || typeof translatedFunctions !== 'string') {
      throw new Error('gpu: GPU.js does not show its translation of a kernel')
    }
    return {
      body: translatedBody.replaceAll(loopBound, '$&+i32(params.user_zero)'),
      functions: translatedFunctions.split(/\n(?=fn )/).filter((text) => text !== ''),
    }
  }
}
