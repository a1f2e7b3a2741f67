import { InvalidInputError } from '../../../base/errors.ts'
import { setV8Flag } from '../../../base/v8Flags.ts'
import { f32, f32x4, i32, v128 } from './assembler/instructions.ts'
import { assemble, FunctionBuilder, newMemory } from './assembler/module.ts'
import { fastestTile } from './autotune.ts'
import type { Shape2d } from './kernels/tile.ts'
import type { OutputTile } from './kernels/winograd/winograd.ts'
import { whyAlone } from './threads/threads.ts'

/** Capabilities of this JavaScript engine, detected once, and the choices that follow from them. */
export type EngineModes = {
  /** Whether a·b + c is one instruction (relaxed SIMD). */
  readonly relaxedSimd: boolean
  /**
   * Whether that instruction rounds once, which relaxed SIMD leaves to the hardware. No other mode but `winograd` changes
   * the bits of results.
   */
  readonly fusedMultiplyAdd: boolean
  /** Whether V8 merges adjacent pairs of 128-bit operations into 256-bit ones. */
  readonly revectorize: boolean
  /**
   * Winograd's method for 3×3 convolutions: if it is faster (true), never (false), or F(m×m, 3×3) with this m whenever it
   * applies.
   */
  readonly winograd: boolean | OutputTile
  readonly threads: number
  /** Why there is only one thread although the machine has more processors. */
  readonly oneThreadBecause?: string
  /** Whether threads can share memory; not in a page that is not cross-origin isolated. */
  readonly sharedMemory: boolean
  /** Shape of the fastest product tile on this machine. All shapes give the same bits. */
  readonly tile: Shape2d
}

let found: EngineModes | undefined

/**
 * Returns the modes in effect. THERMOGRAD_RELAXED_SIMD=0, THERMOGRAD_REVECTORIZE=0 and THERMOGRAD_WINOGRAD=0 turn a mode
 * off; THERMOGRAD_THREADS sets the number of threads.
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

/** Returns whether relaxed a·b + c rounds once: then (1 + ε)² − (1 + 2ε) is ε²; with two roundings it is 0. */
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

/** Asks V8 for 256-bit operations if this is Node; returns whether it is. */
function askForRevectorizer(): boolean {
  // Without the second flag, the first steps would run the slow code of the baseline compiler.
  return setV8Flag('--experimental-wasm-revectorize') && setV8Flag('--no-liftoff')
}

/** THERMOGRAD_THREADS, or the number of processors; 1 if threads cannot share memory. */
function threadsHere(): Pick<EngineModes, 'threads' | 'oneThreadBecause'> {
  const wanted = globalThis.process?.env.THERMOGRAD_THREADS
  const threads = wanted === undefined ? navigator.hardwareConcurrency : Number(wanted)
  if (!Number.isInteger(threads) || threads < 1) {
    throw new InvalidInputError(`THERMOGRAD_THREADS: expected an integer of at least 1, got '${wanted}'`)
  }
  const oneThreadBecause = threads > 1 ? whyAlone() : undefined
  return oneThreadBecause === undefined ? { threads } : { threads: 1, oneThreadBecause }
}
