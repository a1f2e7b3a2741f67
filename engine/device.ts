import { InvalidInputError } from './errors.ts'
import type { Executor } from './executors/executor.ts'

/** Names that `openExecutor` and the variable THERMOGRAD_DEVICE accept. */
export const deviceNames = ['auto', 'wasm', 'reference'] as const

export type DeviceName = (typeof deviceNames)[number]

/** An executor, and why it is that one. */
export interface Choice {
  readonly executor: Executor
  readonly reason: string
}

const openers: Record<Exclude<DeviceName, 'auto'>, () => Promise<Executor>> = {
  wasm: async () => (await import('./executors/wasm/index.ts')).wasm(),
  reference: async () => (await import('./executors/reference/index.ts')).reference(),
}

const opened = new Map<string, Promise<Executor>>()

function open(name: Exclude<DeviceName, 'auto'>): Promise<Executor> {
  let executor = opened.get(name)
  if (executor === undefined) opened.set(name, (executor = openers[name]()))
  return executor
}

/**
 * The executor of this name: `wasm` (float32, WebAssembly), `reference` (float64, plain and slow), or `auto`: the
 * fastest of those present. One name gives one executor for the whole process.
 */
export async function openExecutor(name: string): Promise<Choice> {
  if (name === 'auto') return { executor: await open('wasm'), reason: 'the fastest executor of this machine' }
  if (name === 'wasm' || name === 'reference')
    return { executor: await open(name), reason: 'asked for by name' }
  throw new InvalidInputError(`device: expected one of ${deviceNames.join(', ')}, got '${name}'`)
}

let current: Promise<Choice> | undefined

/** The executor of `data`, `item`, `ndarray` and `realize`: as `useExecutor` or THERMOGRAD_DEVICE says, else `auto`. */
export async function currentExecutor(): Promise<Executor> {
  current ??= openExecutor(globalThis.process?.env.THERMOGRAD_DEVICE ?? 'auto')
  return (await current).executor
}

/** Makes this the executor of all that follows. */
export function useExecutor(executor: Executor): void {
  current = Promise.resolve({ executor, reason: 'asked for by the program' })
}
