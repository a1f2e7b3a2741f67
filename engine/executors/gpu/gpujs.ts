/**
 * GPU.js as this executor uses it. Its own types do not fit: results of kernels lack promises, handles and the device
 * are missing, and `input` is declared as a type.
 */
export interface GpuJs {
  readonly GPU: new (options: { mode: string }) => KernelFactory
  readonly WebGPUContext: { acquire(): Promise<DeviceContext> }
  readonly WebGPUBufferResult: new (parts: HandleParts) => Handle
}

export interface KernelFactory {
  createKernel(source: string, settings: KernelSettings): CompiledKernel
}

export interface KernelSettings {
  /** Threads along x, y and z; x runs fastest. */
  readonly output: readonly number[]
  /** Sources of functions that the kernel calls. */
  readonly functions?: readonly string[]
  /** Loops end, without a word, after so many turns. */
  readonly loopMaxIterations: number
  /** Results stay on the device … */
  readonly pipeline: true
  /** … each in a buffer of its own. */
  readonly immutable: true
}

/** What a kernel takes: floats in a row, on the device or on the host, and numbers. */
export type KernelArgument = Handle | Float32Array | number

/** What a kernel gives: on WebGPU a handle; else a number a thread or, if it returns vectors, a vector a thread. */
export type KernelResult = Handle | Rows
export type Rows = Float32Array | readonly Rows[]

export interface CompiledKernel {
  (...args: readonly KernelArgument[]): KernelResult | Promise<KernelResult>
  readonly kernel: KernelInside
  destroy(): void
}

/** The inside of a kernel. */
export interface KernelInside {
  readonly constructor: { readonly mode: string }
  /** Why it runs in another mode than it was made for. */
  readonly fallbackReason: string | null
  /** The buffer of its last result, which it keeps until its next call. */
  outputBuffer?: DeviceBuffer | null
}

/** Floats on the device. */
export interface Handle extends HandleParts {
  /** In the shape of `output`: of one dimension, floats in a row. */
  toArray(): Promise<Float32Array>
  /** Gives up this claim to the buffer, which goes with the last one. */
  delete(): void
}

export interface HandleParts {
  readonly buffer: DeviceBuffer
  /** The lengths of its dimensions, the fastest first. */
  readonly output: readonly number[]
  readonly context: DeviceContext
  readonly kernel: KernelInside
}

/** Of WebGPU, as far as this executor touches it. */
export interface DeviceBuffer {
  /** GPU.js counts claims here. */
  _refs?: number
  getMappedRange(): ArrayBuffer
  unmap(): void
  destroy(): void
}

export interface DeviceContext {
  readonly adapter: { readonly info: AdapterInfo }
  readonly device: {
    createBuffer(options: { size: number; usage: number; mappedAtCreation: boolean }): DeviceBuffer
    readonly queue: { onSubmittedWorkDone(): Promise<unknown> }
    readonly limits: { readonly maxStorageBufferBindingSize: number; readonly maxBufferSize: number }
  }
}

export interface AdapterInfo {
  readonly vendor: string
  readonly architecture: string
  readonly device: string
  readonly description: string
  /** Whether it is a software GPU. */
  readonly isFallbackAdapter?: boolean
}

/** GPU.js, which comes with this package. */
export async function loadGpuJs(): Promise<GpuJs> {
  return (await import('gpu.js')) as unknown as GpuJs
}
