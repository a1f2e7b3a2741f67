import { InvalidInputError } from '../../../base/errors.ts'
import { type AdapterInfo, type DeviceContext, type GpuJs, loadGpuJs } from './gpujs.ts'

/** What WebGPU runs on. */
export interface Adapter {
  readonly description: string
  /** Whether it is a software GPU: good for tests, slower than the wasm executor. */
  readonly isSoftware: boolean
}

/** `navigator.gpu`, as far as it is used here. */
interface Gpu {
  requestAdapter(): Promise<{ readonly info: AdapterInfo } | null>
}

/** The npm package that brings WebGPU to Node. */
interface WebGpuPackage {
  create(options: readonly string[]): Gpu
  readonly globals: object
}

/** WebGPU before anything computes on it. */
interface WebGpu {
  readonly gpu: Gpu
  /** Makes it the process's own, where GPU.js looks for it. */
  provide(): void
}

let webGpu: Promise<WebGpu> | undefined

/**
 * The adapter that WebGPU would compute on. Looks without leaving a trace: in Node `navigator.gpu` and WebGPU's other
 * globals appear only when `acquireAdapter` is called. Throws `InvalidInputError` that says what is missing.
 */
export async function findAdapter(): Promise<Adapter> {
  webGpu ??= findWebGpu()
  const { gpu } = await webGpu
  const adapter = await gpu.requestAdapter()
  if (adapter === null) throw noGpu()
  return describe(adapter.info)
}

/** GPU.js, WebGPU's device and its adapter. Throws `InvalidInputError` that says what is missing. */
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
    'gpu: WebGPU finds no GPU here: install its driver, on Linux also the Vulkan loader (libvulkan1)',
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

/** `navigator.gpu` of a page or of a program that has set it; in Node made from the package `webgpu`, an optional peer. */
async function findWebGpu(): Promise<WebGpu> {
  const navigator = globalThis.navigator as { readonly gpu?: Gpu } | undefined
  if (navigator?.gpu) return { gpu: navigator.gpu, provide: () => undefined }
  if (globalThis.process?.versions?.node === undefined) {
    throw new InvalidInputError('gpu: this browser has no WebGPU, or the page does not come over HTTPS')
  }
  // In a variable, so that bundlers leave it alone: no page needs it.
  const name = 'webgpu'
  const { create, globals } = await import(/* @vite-ignore */ name).then(
    (found: WebGpuPackage) => found,
    () => ({ create: undefined, globals: {} }),
  )
  if (create === undefined) {
    throw new InvalidInputError('gpu: in Node WebGPU comes with the package webgpu: npm install webgpu')
  }
  const gpu = create([])
  const provide = () => {
    Object.assign(globalThis, globals)
    if (navigator) Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true })
    else Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true })
  }
  return { gpu, provide }
}
