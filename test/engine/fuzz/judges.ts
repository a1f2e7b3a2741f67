import { openExecutor } from '../../../engine/index.ts'
import { modes as wasmModes } from '../modes.ts'
import type { Contestant, Judges } from './trial.ts'

async function openContestant(name: string): Promise<Contestant> {
  return { name, executor: (await openExecutor(name)).executor, hasWinograd: name === 'wasm' }
}

/** The reference with an executor of each name. */
export async function judgesOf(...names: readonly string[]): Promise<Judges> {
  const reference = (await openExecutor('reference')).executor
  return { reference, always: await Promise.all(names.map(openContestant)), byTurns: [] }
}

/** The reference with every executor at hand: wasm in all its modes, GPU.js in those that this machine has. */
export async function everyJudge(): Promise<Judges> {
  const { reference, always } = await judgesOf('reference', 'wasm', 'gpujs-cpu')
  const webgpu = await openContestant('webgpu').catch(() => undefined)
  const modes = wasmModes.slice(1).map(({ name, open, differences: { winograd } }) => ({
    name,
    executor: open(),
    hasWinograd: winograd !== false,
  }))
  const gpu = [await openContestant('gpujs-webasm'), ...(webgpu ? [webgpu] : [])]
  return { reference, always, byTurns: [...modes, ...gpu] }
}
