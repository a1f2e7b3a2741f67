import { InvalidInputError } from '../../../base/errors.ts'
import { type AdapterInfo, type DeviceContext, type GpuJs, loadGpuJs } from './gpujs.ts'

/** The adapter that WebGPU computes on. */
export interface Adapter {
  readonly description: string
  /** Whether it is a software GPU, which is slower than the wasm executor: for tests only. */
  readonly isSoftware: boolean
}

/** The part of `navigator.gpu` that is used here. */
interface Gpu {
  requestAdapter(): Promise<{ readonly info: AdapterInfo } | null>
}

/** The npm package `webgpu`, which implements WebGPU for Node. */
interface WebGpuPackage {
  create(options: readonly string[]): Gpu
  readonly globals: object
}

/** WebGPU that has been found but is not in use yet. */
interface WebGpu {
  readonly gpu: Gpu
  /** Defines it globally, where GPU.js looks for it. */
  provide(): void
}

let webGpu: Promise<WebGpu> | undefined

/**
 * Finds the adapter that WebGPU would compute on, without side effects: in Node, `navigator.gpu` and WebGPU's other
 * globals are defined only by `acquireAdapter`. Throws an `InvalidInputError` that says what is missing.
 */
export async function findAdapter(): Promise<Adapter> {
  webGpu ??= findWebGpu()
  const { gpu } = await webGpu
  const adapter = await gpu.requestAdapter()
  if (adapter === null) throw noGpu()
  return describe(adapter.info)
}

/** Acquires WebGPU's device and adapter for GPU.js. Throws an `InvalidInputError` that says what is missing. */
export async function acquireAdapter(): Promise<{
  readonly gpuJs: GpuJs
  readonly context: DeviceContext
  readonly adapter: Adapter
}> {
  webGpu ??= findWebGpu()
  const { provide } = await webGpu
  provide()
  const gpuJs = await loadGpuJs()
  try {
    const context = await gpuJs.WebGPUContext.acquire()
    return { gpuJs, context, adapter: describe(context.adapter.info) }
  } catch (error) {
    throw noGpu(error)
  }
}

function noGpu(cause?: unknown): InvalidInputError {
  return new InvalidInputError(
    'gpu: WebGPU finds no GPU: install its driver and, on Linux, the Vulkan loader (libvulkan1)',
    { cause },
  )
}

function describe(info: AdapterInfo): Adapter {
  const { vendor, architecture, device, description } = info
  const words = [...new Set([vendor, architecture, description || device])].filter((word) => word !== '')
  const isSoftware =
    info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|basic render/i.test(words.join(' '))
  return { description: words.join(' ') || 'unnamed', isSoftware }
}

/** Returns `navigator.gpu` if it is defined; in Node, otherwise that of the package `webgpu`, an optional peer. */
async function findWebGpu(): Promise<WebGpu> {
  const navigator = globalThis.navigator as { readonly gpu?: Gpu } | undefined
  if (navigator?.gpu) return { gpu: navigator.gpu, provide: () => undefined }
  if (globalThis.process?.versions?.node === undefined) {
    throw new InvalidInputError('gpu: this browser has no WebGPU, or the page is not served over HTTPS')
  }
  // In a variable, so that bundlers do not bundle it: no page needs it.
  const name = 'webgpu'
  const { create, globals } = await import(/* @vite-ignore */ name).then(
    (found: WebGpuPackage) => found,
    () => ({ create: undefined, globals: {} }),
  )
  if (create === undefined) {
    throw new InvalidInputError('gpu: Node has no WebGPU without the package webgpu: npm install webgpu')
  }
  const gpu = create([])
  const provide = () => {
    Object.assign(globalThis, globals)
    if (navigator) Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true })
    else Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true })
  }
  return { gpu, provide }
}
