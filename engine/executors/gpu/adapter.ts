import { InvalidInputError } from '../../../base/errors.ts'
import { type AdapterInfo, type DeviceContext, type GpuJs, loadGpuJs } from './gpujs.ts'

/** What WebGPU runs on. */
export interface Adapter {
  readonly description: string
  /** Whether a processor plays the GPU: good for tests, slower than the wasm executor. */
  readonly isSoftware: boolean
}

/** GPU.js, WebGPU's device and its adapter. Throws `InvalidInputError` that says what is missing. */
export async function acquireAdapter(): Promise<{
  readonly gpuJs: GpuJs
  readonly context: DeviceContext
  readonly adapter: Adapter
}> {
  await provideWebGpu()
  const gpuJs = await loadGpuJs()
  try {
    const context = await gpuJs.WebGPUContext.acquire()
    return { gpuJs, context, adapter: describe(context.adapter.info) }
  } catch (error) {
    throw new InvalidInputError(
      'gpu: WebGPU finds no GPU here: install its driver, on Linux also the Vulkan loader (libvulkan1)',
      { cause: error },
    )
  }
}

function describe(info: AdapterInfo): Adapter {
  const { vendor, architecture, device, description } = info
  const words = [...new Set([vendor, architecture, description || device])].filter((word) => word !== '')
  const isSoftware =
    info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|basic render/i.test(words.join(' '))
  return { description: words.join(' ') || 'unnamed', isSoftware }
}

/** The npm package that brings WebGPU to Node. */
interface WebGpuPackage {
  create(options: readonly string[]): unknown
  readonly globals: object
}

/** Browsers have `navigator.gpu`; in Node it is made from the package `webgpu`, an optional peer of this one. */
async function provideWebGpu(): Promise<void> {
  if ((globalThis.navigator as { gpu?: unknown } | undefined)?.gpu) return
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
  Object.assign(globalThis, globals)
  const gpu = create([])
  if (globalThis.navigator === undefined) {
    Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true })
  } else Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true })
}
