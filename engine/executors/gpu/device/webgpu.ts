/** The parts of WebGPU that programs on the device use. */
export interface GpuDevice {
  createBuffer(options: { size: number; usage: number; mappedAtCreation?: boolean }): GpuBuffer
  createShaderModule(options: { code: string }): object
  createBindGroupLayout(options: { entries: readonly object[] }): object
  createPipelineLayout(options: { bindGroupLayouts: readonly object[] }): object
  createComputePipelineAsync(options: {
    layout: object
    compute: { module: object; entryPoint: string }
  }): Promise<object>
  createBindGroup(options: { layout: object; entries: readonly object[] }): object
  createCommandEncoder(): CommandEncoder
  readonly queue: GpuQueue
  readonly limits: { readonly maxStorageBufferBindingSize: number; readonly maxBufferSize: number }
  /** Resolves when the device is lost: by a crash of its driver, or destroyed. */
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>
}

export interface GpuBuffer {
  readonly size: number
  mapAsync(mode: number, offset: number, bytes: number): Promise<unknown>
  getMappedRange(offset?: number, bytes?: number): ArrayBuffer
  unmap(): void
  destroy(): void
}

export interface GpuQueue {
  writeBuffer(buffer: GpuBuffer, offset: number, data: ArrayBufferView): void
  submit(commands: readonly object[]): void
  onSubmittedWorkDone(): Promise<unknown>
}

export interface CommandEncoder {
  beginComputePass(): ComputePass
  copyBufferToBuffer(from: GpuBuffer, offset: number, to: GpuBuffer, at: number, bytes: number): void
  finish(): object
}

export interface ComputePass {
  setPipeline(pipeline: object): void
  setBindGroup(index: number, group: object): void
  dispatchWorkgroups(x: number, y: number, z: number): void
  end(): void
}

/** WebGPU's flags. */
export const usage = { mapRead: 0x1, copySource: 0x4, copyDestination: 0x8, uniform: 0x40, storage: 0x80 }
export const visibleToCompute = 4
export const mapForReading = 1

/** Bytes after which to wait for the queue: until then, WebGPU keeps what the host has written, and released buffers. */
export const mostBytesInFlight = 256e6
