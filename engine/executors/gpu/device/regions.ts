import { demand } from '../../../../base/errors.ts'
import { FreeList } from '../../freeList.ts'
import { type GpuBuffer, type GpuDevice, usage } from './webgpu.ts'

/** A part of a buffer on the device. */
export interface Region {
  readonly buffer: GpuBuffer
  readonly offset: number
  readonly bytes: number
}

/** Regions start where WebGPU allows a binding to start on every device. */
const alignment = 256

/** The smallest slab: large enough for the variables of a small network. */
const smallestSlab = 2 ** 24

/** Returns the bytes of a region of this many floats; a binding has at least one. */
export function regionBytes(floats: number): number {
  return Math.ceil((4 * Math.max(1, floats)) / alignment) * alignment
}

/** Returns a buffer of floats that kernels and copies may read and write. Throws `InvalidInputError` if it is too large. */
function floatBuffer(device: GpuDevice, size: number): GpuBuffer {
  const most = largestBuffer(device)
  demand(
    size <= most,
    () =>
      `gpu: a value needs ${size} bytes, more than the ${most} of a buffer on this GPU: use smaller batches`,
  )
  return device.createBuffer({
    size,
    usage: usage.storage | usage.copySource | usage.copyDestination,
  })
}

/** The bytes that one buffer may have. */
export function largestBuffer({ limits }: GpuDevice): number {
  const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize)
  return Math.floor(most / alignment) * alignment
}

/**
 * Allocates the regions of values that outlive a run, from few buffers, as a kernel binds only eight: each new one is as large
 * as all before it.
 */
export class Slabs {
  readonly #device: GpuDevice
  readonly #slabs: { readonly buffer: GpuBuffer; readonly free: FreeList }[] = []

  constructor(device: GpuDevice) {
    this.#device = device
  }

  allocate(floats: number): Region {
    const bytes = regionBytes(floats)
    for (const { buffer, free } of this.#slabs) {
      const offset = free.take(bytes)
      if (offset !== undefined) return { buffer, offset, bytes }
    }
    const all = this.#slabs.reduce((sum, { buffer }) => sum + buffer.size, 0)
    const size = Math.max(bytes, Math.min(Math.max(smallestSlab, all), largestBuffer(this.#device)))
    const free = new FreeList()
    free.give(0, size)
    this.#slabs.push({ buffer: floatBuffer(this.#device, size), free })
    return this.allocate(floats)
  }

  release({ buffer, offset, bytes }: Region): void {
    this.#slabs.find((slab) => slab.buffer === buffer)?.free.give(offset, bytes)
  }
}

/** The buffers of the values that do not outlive a run. Programs share them, as they run one after the other. */
export class Arenas {
  readonly #device: GpuDevice
  readonly #buffers: GpuBuffer[] = []

  constructor(device: GpuDevice) {
    this.#device = device
  }

  /** Returns buffers of at least these sizes. They stay the same until a program needs more. */
  claim(sizes: readonly number[]): readonly GpuBuffer[] {
    return sizes.map((size, i) => {
      const buffer = this.#buffers[i]
      if (buffer !== undefined && buffer.size >= size) return buffer
      // What has been submitted still runs on the old one.
      buffer?.destroy()
      return (this.#buffers[i] = floatBuffer(this.#device, size))
    })
  }
}
