import { InvalidInputError } from '../../../base/errors.ts'
import { type AdapterInfo, type DeviceContext, type GpuJs, loadGpuJs } from './gpujs.ts'
import { probeAdapter } from './probe.ts'

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
  /** Looks for an adapter, without side effects. */
  look(): Promise<AdapterInfo | null>
  /** Defines it globally, where GPU.js looks for it. */
  provide(): Promise<void>
  /** What to do if there is no adapter. */
  readonly advice: string
}

let webGpu: Promise<WebGpu> | undefined

/**
 * Finds the adapter that WebGPU would compute on, without side effects: in Node, a child process looks for it, and
 * `navigator.gpu` and WebGPU's other globals are defined only by `acquireAdapter`. Throws an `InvalidInputError` that says
 * what is missing.
 */
export async function findAdapter(): Promise<Adapter> {
  webGpu ??= findWebGpu()
  const { look, advice } = await webGpu
  const info = await look()
  if (info === null) throw noGpu(advice)
  return describe(info)
}

/** Acquires WebGPU's device and adapter for GPU.js. Throws an `InvalidInputError` that says what is missing. */
export async function acquireAdapter(): Promise<{
  readonly gpuJs: GpuJs
  readonly context: DeviceContext
  readonly adapter: Adapter
}> {
  await findAdapter()
  const { provide, advice } = await webGpu!
  await provide()
  const gpuJs = await loadGpuJs()
  try {
    const context = await gpuJs.WebGPUContext.acquire()
    return { gpuJs, context, adapter: describe(context.adapter.info) }
  } catch (error) {
    throw noGpu(advice, error)
  }
}

function noGpu(advice: string, cause?: unknown): InvalidInputError {
  return new InvalidInputError(`gpu: WebGPU finds no GPU: ${advice}`, { cause })
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
  if (navigator?.gpu) {
    const { gpu } = navigator
    return {
      look: () => adapterOf(gpu),
      provide: async () => undefined,
      advice: 'this browser does not support the one of this machine, or its hardware acceleration is off',
    }
  }
  if (globalThis.process?.versions?.node === undefined) {
    throw new InvalidInputError('gpu: this browser has no WebGPU, or the page is not served over HTTPS')
  }
  return webGpuOfNode(navigator)
}

async function adapterOf(gpu: Gpu): Promise<AdapterInfo | null> {
  return (await gpu.requestAdapter())?.info ?? null
}

function webGpuOfNode(navigator: object | undefined): WebGpu {
  let url: string
  try {
    url = import.meta.resolve('webgpu')
  } catch (cause) {
    const message = 'gpu: Node has no WebGPU without the package webgpu: npm install webgpu'
    throw new InvalidInputError(message, { cause })
  }
  const load = async (): Promise<WebGpuPackage> => import(/* @vite-ignore */ url)
  const look = async () => {
    const finding = await probeAdapter(url)
    if (finding === undefined) return adapterOf((await load()).create([]))
    if ('info' in finding) return finding.info
    throw new InvalidInputError(`gpu: the package webgpu does not work here: ${finding.failure}`)
  }
  const provide = async () => {
    const { create, globals } = await load()
    const gpu = create([])
    Object.assign(globalThis, globals)
    if (navigator) Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true })
    else Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true })
  }
  let found: Promise<AdapterInfo | null> | undefined
  /** Devices of an instance that is garbage-collected crash the process, so there is only one. */
  let provided: Promise<void> | undefined
  return {
    look: () => (found ??= look()),
    provide: () => (provided ??= provide()),
    advice: 'install its driver and, on Linux, the Vulkan loader (libvulkan1)',
  }
}
