import { type DeviceName, type Executor, InvalidInputError, openExecutor } from '../../engine/index.ts'

/** Whether the same tests run on another driver, too: then fewer cases will do. */
export const isFurtherDriver = process.env.THERMOGRAD_GPU_FURTHER === '1'

/** A mode of GPU.js in which this machine can run tests. */
export interface Mode {
  /** What GPU.js calls it. */
  readonly mode: string
  readonly name: string
  readonly executor: Executor
}

const devices: readonly { readonly mode: string; readonly device: DeviceName }[] = [
  { mode: 'webgpu', device: 'webgpu' },
  { mode: 'webasm', device: 'gpujs-webasm' },
  { mode: 'cpu', device: 'gpujs-cpu' },
]

/** Modes to test, separated by commas; default all. */
const chosen = process.env.THERMOGRAD_GPU_MODES?.split(',')

async function opened({ mode, device }: (typeof devices)[number]): Promise<Mode[]> {
  const name = `gpu executor in mode ${mode}`
  try {
    return [{ mode, name, executor: (await openExecutor(device)).executor }]
  } catch (error) {
    if (!(error instanceof InvalidInputError) || process.env.THERMOGRAD_GPU_REQUIRED === '1') throw error
    console.log(`Not tested: the ${name}. ${error.message}. A software GPU will do, see test/gpu/README.md`)
    return []
  }
}

export const modes: readonly Mode[] = (
  await Promise.all(devices.filter(({ mode }) => chosen?.includes(mode) ?? true).map(opened))
).flat()
