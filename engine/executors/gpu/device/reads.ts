import type { Region } from './regions.ts'
import { type GpuBuffer, type GpuDevice, mapForReading, usage } from './webgpu.ts'

interface Read {
  readonly region: Region
  readonly floats: number
  readonly resolve: (elements: Float32Array) => void
  readonly reject: (error: unknown) => void
}

/** The smallest buffer for reading, so that those of all steps are equal. */
const smallest = 2 ** 12

/** Reads regions. All that are asked for at once are one copy to a buffer that the host maps. */
export class Reads {
  readonly #device: GpuDevice
  readonly #free: GpuBuffer[] = []
  #waiting: Read[] = []

  constructor(device: GpuDevice) {
    this.#device = device
  }

  read(region: Region, floats: number): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      const started = this.#waiting.push({ region, floats, resolve, reject })
      if (started === 1) queueMicrotask(() => this.start())
    })
  }

  /** Starts the reads that wait: before anything that is submitted later overwrites the regions. */
  start(): void {
    const reads = this.#waiting
    if (reads.length === 0) return
    this.#waiting = []
    const bytes = reads.reduce((sum, { floats }) => sum + 4 * floats, 0)
    this.#map(reads, bytes).catch((error) => {
      for (const { reject } of reads) reject(error)
    })
  }

  async #map(reads: readonly Read[], bytes: number): Promise<void> {
    const buffer = this.#take(bytes)
    const encoder = this.#device.createCommandEncoder()
    let at = 0
    for (const { region, floats } of reads) {
      encoder.copyBufferToBuffer(region.buffer, region.offset, buffer, at, 4 * floats)
      at += 4 * floats
    }
    this.#device.queue.submit([encoder.finish()])
    await buffer.mapAsync(mapForReading, 0, bytes)
    const elements = new Float32Array(buffer.getMappedRange(0, bytes))
    let first = 0
    for (const { floats, resolve } of reads) resolve(elements.slice(first, (first += floats)))
    buffer.unmap()
    this.#free.push(buffer)
  }

  /** Returns a buffer of at least these bytes. A larger one takes the place of a smaller one, so that there are few. */
  #take(bytes: number): GpuBuffer {
    const index = this.#free.findIndex(({ size }) => size >= bytes)
    if (index >= 0) return this.#free.splice(index, 1)[0]
    this.#free.pop()?.destroy()
    const size = Math.max(smallest, bytes)
    return this.#device.createBuffer({ size, usage: usage.mapRead | usage.copyDestination })
  }
}
