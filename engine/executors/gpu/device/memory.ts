import { InvalidInputError } from '../../../../base/errors.ts'
import type { KernelFactory } from '../gpujs.ts'
import type { Shader } from '../kernels/shaders/shader.ts'
import type { BoundLaunch, LaunchContext } from './boundLaunch.ts'
import { launchNumbers } from './launchCode.ts'
import { Pipelines } from './pipelines.ts'
import { Reads } from './reads.ts'
import { Arenas, type Region, Slabs } from './regions.ts'
import { Translator } from './translation.ts'
import { type GpuBuffer, type GpuDevice, mostBytesInFlight, usage } from './webgpu.ts'

/** Milliseconds within which WebGPU reports that the device is lost. */
const lossDelay = 100

/** A kernel as watchers see it. */
export interface WatchedKernel {
  readonly name: string
  readonly shader?: Shader | undefined
}

/** Sees each launch of a run, which then is submitted alone: for tests and measurements. */
export type Watcher = (kernels: readonly WatchedKernel[], submit: () => void) => Promise<void>

/** The device as programs see it: its memory, its compiled launches, and its queue. */
export class DeviceMemory implements LaunchContext {
  readonly device: GpuDevice
  readonly arenas: Arenas
  readonly slabs: Slabs
  readonly reads: Reads
  readonly pipelines: Pipelines
  readonly translator: Translator
  readonly numbers: GpuBuffer
  readonly #watch: Watcher | undefined
  readonly #released = new FinalizationRegistry((region: Region) => this.slabs.release(region))
  #bytesInFlight = 0
  /** Why the device is lost, if it is. */
  #loss: string | undefined

  constructor(device: GpuDevice, factory: KernelFactory, watch?: Watcher) {
    this.device = device
    this.arenas = new Arenas(device)
    this.slabs = new Slabs(device)
    this.reads = new Reads(device)
    this.pipelines = new Pipelines(device)
    this.translator = new Translator(factory)
    this.#watch = watch
    const numbers = Float32Array.from(launchNumbers)
    this.numbers = device.createBuffer({
      size: numbers.byteLength,
      usage: usage.uniform | usage.copyDestination,
    })
    device.queue.writeBuffer(this.numbers, 0, numbers)
    device.lost.then(({ message }) => {
      this.#loss = message
    })
  }

  /** Allocates a region that is free when its owner is garbage-collected. */
  allocateFor(owner: object, floats: number): Region {
    const region = this.slabs.allocate(floats)
    this.#released.register(owner, region)
    return region
  }

  write(region: Region, elements: Float32Array): void {
    this.#bytesInFlight += elements.byteLength
    this.device.queue.writeBuffer(region.buffer, region.offset, elements)
  }

  async read(region: Region, floats: number): Promise<Float32Array> {
    const elements = await this.whileThere(() => this.reads.read(region, floats))
    this.#bytesInFlight = 0
    return elements
  }

  /** Does some work on the device. Throws `InvalidInputError` in one sentence if the device is lost before it ends. */
  async whileThere<Result>(work: () => Promise<Result>): Promise<Result> {
    this.demandDevice()
    try {
      return await work()
    } catch (error) {
      // WebGPU reports the loss a little after what fails by it.
      await Promise.race([this.device.lost, new Promise((resolve) => setTimeout(resolve, lossDelay))])
      this.demandDevice(error)
      throw error
    }
  }

  /** Writes what the launches read, and submits them. */
  async run(launches: readonly BoundLaunch[], write: () => void): Promise<void> {
    if (this.#bytesInFlight > mostBytesInFlight) {
      await this.device.queue.onSubmittedWorkDone()
      this.#bytesInFlight = 0
    }
    this.reads.start()
    write()
    if (this.#watch === undefined) this.#submit(launches)
    else {
      for (const bound of launches) {
        const kernels = bound.launch.map(({ source }) => source)
        await this.#watch(kernels, () => this.#submit([bound]))
      }
    }
  }

  #submit(launches: readonly BoundLaunch[]): void {
    const encoder = this.device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    for (const launch of launches) launch.encode(pass)
    pass.end()
    this.device.queue.submit([encoder.finish()])
  }

  /** Throws `InvalidInputError` in one sentence if the device is lost. */
  demandDevice(cause?: unknown): void {
    if (this.#loss === undefined) return
    throw new InvalidInputError(
      `gpu: the GPU was lost (${reasonOf(this.#loss)}), and with it all that it held; resume a training from its last checkpoint`,
      { cause },
    )
  }
}

/** Returns the driver's message as part of a sentence. */
function reasonOf(message: string): string {
  return message.trim().replaceAll(/\s+/g, ' ').replace(/\.$/, '') || 'its driver does not say why'
}
