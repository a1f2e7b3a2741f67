import { anObject, check, type Rule } from '../base/arguments.ts'
import { describe, InvalidInputError } from '../base/errors.ts'
import type { Executor } from './executor.ts'

/** Names that `openExecutor` and the variable THERMOGRAD_DEVICE accept. */
export const deviceNames = [
  'auto',
  'gpu',
  'webgpu',
  'wasm',
  'gpujs-webasm',
  'gpujs-cpu',
  'reference',
] as const

export type DeviceName = (typeof deviceNames)[number]

/** An executor, and why it was chosen. */
export interface Choice {
  readonly executor: Executor
  readonly reason: string
}

type OpenableName = Exclude<DeviceName, 'auto'>

const openers: Record<OpenableName, () => Promise<Executor>> = {
  gpu: async () => {
    const { findAdapter } = await import('./executors/gpu/adapter.ts')
    const { isSoftware, description } = await findAdapter()
    if (isSoftware) {
      throw new InvalidInputError(
        `gpu: found only a software GPU (${description}); use device 'webgpu' to run on it anyway`,
      )
    }
    return webGpuOnce()
  },
  webgpu: webGpuOnce,
  wasm: async () => (await import('./executors/wasm/index.ts')).wasm(),
  'gpujs-webasm': async () => (await import('./executors/gpu/index.ts')).gpuJsOnHost('webasm'),
  'gpujs-cpu': async () => (await import('./executors/gpu/index.ts')).gpuJsOnHost('cpu'),
  reference: async () => (await import('./executors/reference/index.ts')).reference(),
}

let webGpu: Promise<Executor> | undefined

/** Opens one device for both names, `gpu` and `webgpu`. */
function webGpuOnce(): Promise<Executor> {
  webGpu ??= import('./executors/gpu/index.ts').then(async ({ openWebGpu }) => (await openWebGpu()).executor)
  return webGpu
}

const opened = new Map<string, Promise<Executor>>()

function open(name: OpenableName): Promise<Executor> {
  let executor = opened.get(name)
  if (executor === undefined) opened.set(name, (executor = openers[name]()))
  return executor
}

function isOpenable(name: string): name is OpenableName {
  return Object.hasOwn(openers, name)
}

/**
 * Opens the executor of this name. `wasm`: float32, WebAssembly. `gpu`: float32, GPU.js on WebGPU with a real GPU; `webgpu`:
 * also with a software GPU. `gpujs-webasm`, `gpujs-cpu`: the other modes of GPU.js, for tests. `reference`: float64, plain
 * and slow. `auto`: a real GPU if there is one, otherwise `wasm`; `reason` says why. Each name has one executor per process.
 * Throws `InvalidInputError` for an unknown name, and for an executor that is not available here.
 */
export async function openExecutor(name: string): Promise<Choice> {
  if (isOpenable(name)) return { executor: await open(name), reason: 'requested by name' }
  if (name !== 'auto') {
    throw new InvalidInputError(`device: expected one of ${deviceNames.join(', ')}, got ${describe(name)}`)
  }
  try {
    return { executor: await open('gpu'), reason: 'there is a GPU' }
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    const missing = error.message.replace(/^gpu: /, '')
    return { executor: await open('wasm'), reason: `the fastest on this machine without a GPU; ${missing}` }
  }
}

/** An executor, built-in or custom. */
export const executorRule: Rule = {
  expected: 'an executor, as openExecutor returns',
  allows: (value) => {
    const { name, compile, upload, read } = (anObject.allows(value) ? value : {}) as Partial<Executor>
    return typeof name === 'string' && [compile, upload, read].every((each) => typeof each === 'function')
  },
}

let current: Promise<Executor> | undefined

/** Returns the executor of `data`, `item`, `ndarray` and `realize`: that of `useExecutor`, THERMOGRAD_DEVICE, or `auto`. */
export function currentExecutor(): Promise<Executor> {
  current ??= openExecutor(globalThis.process?.env.THERMOGRAD_DEVICE ?? 'auto').then(
    ({ executor }) => executor,
  )
  return current
}

/** Sets the current executor. */
export function useExecutor(executor: Executor): void {
  check('useExecutor', 'executor', executor, executorRule)
  current = Promise.resolve(executor)
}
