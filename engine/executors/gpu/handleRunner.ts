import type { Block, KernelRunner } from './backend.ts'
import { mostBytesInFlight, usage } from './device/webgpu.ts'
import type { CompiledKernel, DeviceContext, GpuJs, Handle, KernelFactory, KernelInside } from './gpujs.ts'
import { KernelCache } from './kernelCache.ts'
import type { KernelSource, Target } from './kernels/writer.ts'

/**
 * GPU.js on WebGPU, one kernel at a time as GPU.js runs it: for versions of GPU.js that do not show their translation of
 * kernels. A block is a handle to a buffer on the device.
 */
export class HandleRunner implements KernelRunner {
  readonly mode = 'webgpu'
  readonly target: Target
  readonly #gpuJs: GpuJs
  readonly #context: DeviceContext
  readonly #kernels: KernelCache
  /** The kernel through which handles are read; it is never evicted. */
  readonly #reader: KernelInside
  #bytesSinceDrain = 0

  private constructor(
    gpuJs: GpuJs,
    context: DeviceContext,
    factory: KernelFactory,
    reader: KernelInside,
    shaders: boolean,
  ) {
    this.target = { vectors: true, rounds: false, shaders }
    this.#gpuJs = gpuJs
    this.#context = context
    this.#kernels = new KernelCache(factory, this.mode)
    this.#reader = reader
  }

  static async open(
    gpuJs: GpuJs,
    context: DeviceContext,
    factory: KernelFactory,
    shaders: boolean,
  ): Promise<HandleRunner> {
    const settings = { output: [1], loopMaxIterations: 1, pipeline: true, immutable: true } as const
    const reader = factory.createKernel('function(){return 0;}', settings)
    const handle = (await reader()) as Handle
    handle.delete()
    return new HandleRunner(gpuJs, context, factory, reader.kernel, shaders)
  }

  upload(elements: Float32Array): Block {
    const buffer = this.#context.device.createBuffer({
      size: elements.byteLength,
      usage: usage.storage | usage.copyDestination | usage.copySource,
      mappedAtCreation: true,
    })
    new Float32Array(buffer.getMappedRange()).set(elements)
    buffer.unmap()
    this.#bytesSinceDrain += elements.byteLength
    return this.#handle(buffer, elements.length)
  }

  async run(source: KernelSource, inputs: readonly Block[]): Promise<Block> {
    const kernel = this.#kernels.get(source)
    const handle = (await kernel(...(inputs as Handle[]), ...source.numbers)) as Handle
    this.#kernels.check(kernel)
    // The result is a flat buffer, for any layout of threads and any vector width.
    const length = source.threads.reduce((product, threads) => product * threads, source.width)
    const result = this.#handle(handle.buffer, length)
    handle.delete()
    releaseLastResult(kernel)
    this.#bytesSinceDrain += 4 * length
    if (this.#bytesSinceDrain > mostBytesInFlight) {
      this.#bytesSinceDrain = 0
      await this.#context.device.queue.onSubmittedWorkDone()
    }
    return result
  }

  read(block: Block, length: number): Promise<Float32Array> {
    const { buffer } = block as Handle
    const handle = this.#handle(buffer, length)
    return handle.toArray().finally(() => handle.delete())
  }

  share(block: Block): Block {
    const { buffer, output } = block as Handle
    return this.#handle(buffer, output[0])
  }

  release(block: Block): void {
    const handle = block as Handle
    handle.delete()
  }

  #handle(buffer: Handle['buffer'], length: number): Handle {
    const { WebGPUBufferResult } = this.#gpuJs
    return new WebGPUBufferResult({ buffer, output: [length], context: this.#context, kernel: this.#reader })
  }
}

/**
 * Drops a kernel's reference to its last result, which it would keep until its next call: with one kernel for each layer,
 * that would be the memory of all activations.
 */
function releaseLastResult({ kernel }: CompiledKernel): void {
  const { outputBuffer } = kernel
  if (outputBuffer === undefined || outputBuffer === null) return
  outputBuffer._refs = (outputBuffer._refs ?? 1) - 1
  if (outputBuffer._refs === 0) outputBuffer.destroy()
  kernel.outputBuffer = null
}
