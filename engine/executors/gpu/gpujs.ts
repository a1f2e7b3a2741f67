import type { GpuBuffer, GpuDevice } from './device/webgpu.ts'

/**
 * The part of GPU.js that this executor uses. GPU.js's own types are wrong or incomplete: results of kernels are not
 * promises, handles and the device are missing, and `input` is declared as a type.
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
  /** Threads along x, y and z; x varies fastest. */
  readonly output: readonly number[]
  /** Sources of functions that the kernel calls. */
  readonly functions?: readonly string[]
  /** Loops end silently after this many iterations. */
  readonly loopMaxIterations: number
  /** Results stay on the device … */
  readonly pipeline: true
  /** … each in a separate buffer. */
  readonly immutable: true
}

/** An argument of a kernel: flat floats on the device or on the host, or a number. */
export type KernelArgument = Handle | Float32Array | number

/** The result of a kernel: a handle on WebGPU; otherwise a number or, for vector kernels, a vector per thread. */
export type KernelResult = Handle | Rows
export type Rows = Float32Array | readonly Rows[]

export interface CompiledKernel {
  (...args: readonly KernelArgument[]): KernelResult | Promise<KernelResult>
  readonly kernel: KernelInside
  destroy(): void
}

/** The internals of a kernel. */
export interface KernelInside {
  readonly constructor: { readonly mode: string }
  /** Why it runs in a different mode from the one requested. */
  readonly fallbackReason: string | null
  /** The buffer of its last result, which it keeps until its next call. */
  outputBuffer?: DeviceBuffer | null
  /** On WebGPU: generates its WGSL, before its first run. */
  assembleWGSL?(): string
  /** On WebGPU: the workgroups along x, y and z of each run, and the threads of a row of workgroups if its source counts them. */
  _computeDispatch?(threads: readonly number[]): {
    readonly groups: readonly number[]
    readonly dispatchWidth: number
  }
  /** On WebGPU: translates its source, and compiles it by `_buildAsync`. */
  build?(...args: readonly KernelArgument[]): Promise<unknown>
  _buildAsync?(): Promise<unknown>
  /** On WebGPU, once it is translated: the statements of a thread in WGSL, and the functions that they call. */
  readonly translatedBody?: string | null
  readonly translatedFunctions?: string | null
}

/**
 * Replaces the WGSL and the workgroups of a kernel that has not run yet. Neither field of GPU.js is public; `takesShaders`
 * tells whether they still work.
 */
export function replaceShader(
  { kernel }: CompiledKernel,
  { code, groups }: { readonly code: string; readonly groups: readonly number[] },
): void {
  kernel.assembleWGSL = () => code
  kernel._computeDispatch = () => ({ groups, dispatchWidth: 0 })
}

/** Floats on the device. */
export interface Handle extends HandleParts {
  /** Reads the floats; flat for a one-dimensional `output`. */
  toArray(): Promise<Float32Array>
  /** Drops this reference to the buffer, which is destroyed with the last one. */
  delete(): void
}

export interface HandleParts {
  readonly buffer: DeviceBuffer
  /** The length of each dimension, the fastest-varying first. */
  readonly output: readonly number[]
  readonly context: DeviceContext
  readonly kernel: KernelInside
}

/** A buffer with GPU.js's reference count. */
export interface DeviceBuffer extends GpuBuffer {
  _refs?: number
}

export interface DeviceContext {
  readonly adapter: { readonly info: AdapterInfo }
  readonly device: GpuDevice
}

export interface AdapterInfo {
  readonly vendor: string
  readonly architecture: string
  readonly device: string
  readonly description: string
  /** Whether it is a software GPU. */
  readonly isFallbackAdapter?: boolean
}

/** Loads GPU.js, which is bundled with this package. */
export async function loadGpuJs(): Promise<GpuJs> {
  return (await import('gpu.js')) as unknown as GpuJs
}
