import { InvalidInputError } from '../../../base/errors.ts'
import { f32, f32x4, i32, v128 } from './assembler/instructions.ts'
import { assemble, FunctionBuilder, newMemory } from './assembler/module.ts'
import { fastestTile } from './autotune.ts'
import type { Shape2d } from './kernels/tile.ts'
import type { OutputTile } from './kernels/winograd/winograd.ts'
import { whyAlone } from './threads/threads.ts'

/** What this JavaScript engine can do, found out once at the start. */
export type EngineModes = {
  /** a b + c in one instruction, of the relaxed SIMD extension. */
  readonly relaxedSimd: boolean
  /** Whether that rounds once here; the extension leaves it to the machine. Beside the methods it is all that decides bits. */
  readonly fusedMultiplyAdd: boolean
  /** V8 makes one 256-bit operation of two 128-bit ones that stand side by side. */
  readonly revectorize: boolean
  /** Convolutions 3×3 by Winograd's method: where it is faster, never, or F(m×m, 3×3) of this m wherever it can be. */
  readonly winograd: boolean | OutputTile
  readonly threads: number
  /** Why there is but one, where more processors would take part. */
  readonly oneThreadBecause?: string
  /** Whether there is memory that threads can share; a page that is not isolated may have no such memory. */
  readonly sharedMemory: boolean
  /** Rows and columns of the tile of a product that were the fastest here. All give the same bits. */
  readonly tile: Shape2d
}

let found: EngineModes | undefined

/**
 * The modes in force. The variables THERMOGRAD_RELAXED_SIMD, THERMOGRAD_REVECTORIZE and THERMOGRAD_WINOGRAD turn one off
 * when they are `0`; THERMOGRAD_THREADS sets the number of threads.
 */
export function engineModes(): EngineModes {
  found ??= detect()
  return found
}

function detect(): EngineModes {
  const allowed = (name: string) => globalThis.process?.env[name] !== '0'
  const relaxedSimd = allowed('THERMOGRAD_RELAXED_SIMD') && hasRelaxedSimd()
  const fusedMultiplyAdd = relaxedSimd && fusesMultiplyAdd()
  const asked = allowed('THERMOGRAD_REVECTORIZE') && askForRevectorizer()
  const winograd = allowed('THERMOGRAD_WINOGRAD')
  const sharedMemory = hasSharedMemory()
  return {
    relaxedSimd,
    fusedMultiplyAdd,
    winograd,
    sharedMemory,
    ...threadsHere(),
    ...fastestTile(relaxedSimd, asked),
  }
}

function hasSharedMemory(): boolean {
  try {
    newMemory(true)
    return true
  } catch {
    return false
  }
}

function hasRelaxedSimd(): boolean {
  const builder = new FunctionBuilder(0)
  const local = builder.local('v128')
  builder.emit(local.set(f32x4.relaxed_madd(v128.zero, v128.zero, v128.zero)))
  return WebAssembly.validate(assemble({ imports: [], functions: [builder], sharedMemory: false }))
}

/** Whether the relaxed a b + c rounds once: (1 + ε)² − (1 + 2ε) is ε² then, and 0 if ε² was rounded away. */
function fusesMultiplyAdd(): boolean {
  const epsilon = 2 ** -20
  const builder = new FunctionBuilder(0)
  const splat = (value: number) => f32x4.splat(f32.const(value))
  const result = f32x4.relaxed_madd(splat(1 + epsilon), splat(1 + epsilon), splat(-1 - 2 * epsilon))
  builder.emit(v128.store(i32.const(0), result))
  const memory = newMemory(false)
  const source = assemble({ imports: [], functions: [builder], sharedMemory: false })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(source), { env: { memory } })
  ;(exports['0'] as () => void)()
  return new Float32Array(memory.buffer)[0] > 0
}

/**
 * Sets V8's flags, where there is a V8 to set them for. They count for modules compiled from now on, and Liftoff, the
 * quick compiler, would otherwise run the first steps with slow code.
 */
function askForRevectorizer(): boolean {
  const process = globalThis.process as { getBuiltinModule?: (name: string) => object } | undefined
  const v8 = process?.getBuiltinModule?.('node:v8') as { setFlagsFromString(flag: string): void } | undefined
  v8?.setFlagsFromString('--experimental-wasm-revectorize')
  v8?.setFlagsFromString('--no-liftoff')
  return v8 !== undefined
}

/** THERMOGRAD_THREADS, or the number of processors; one where threads cannot share memory. */
function threadsHere(): Pick<EngineModes, 'threads' | 'oneThreadBecause'> {
  const wanted = globalThis.process?.env.THERMOGRAD_THREADS
  const threads = wanted === undefined ? navigator.hardwareConcurrency : Number(wanted)
  if (!Number.isInteger(threads) || threads < 1) {
    throw new InvalidInputError(`THERMOGRAD_THREADS: expected a whole number of at least 1, got '${wanted}'`)
  }
  const oneThreadBecause = threads > 1 ? whyAlone() : undefined
  return oneThreadBecause === undefined ? { threads } : { threads: 1, oneThreadBecause }
}
