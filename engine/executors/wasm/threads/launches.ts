import { hostFunctions } from '../hostFunctions.ts'
import { type Barrier, BrokenBarrierError } from './barrier.ts'
import { type Shares, shareOf, type UnitRange } from './shares.ts'

/** One launch of a kernel in a program. */
export interface KernelLaunch {
  /** The kernel's name, for errors. */
  readonly name: string
  /** Index of the function in the module. */
  readonly code: number
  /** Number of units that its work is divided into. */
  readonly units: number
  /** Whether each thread runs its share in one call, and no part of another's. */
  readonly wholeShares: boolean
  /** Whether threads wait for each other before it, see `barriers.ts`. */
  readonly needsBarrier: boolean
  /** The invariant part that it belongs to, if any: it is launched only in runs that renew this part. */
  readonly invariantPart?: number | undefined
  /** The values whose pointers it takes. */
  readonly values: readonly number[]
}

type KernelFunction = (firstUnit: number, endUnit: number, thread: number, ...pointers: number[]) => void

type BoundLaunch = KernelLaunch & {
  readonly number: number
  readonly run: KernelFunction
  arguments: readonly number[]
}

/** A kernel trapped, on this thread or on another. */
export class KernelError extends Error {
  override name = 'KernelError'

  constructor({ name }: KernelLaunch, cause: unknown) {
    const reason = cause instanceof BrokenBarrierError ? ' on another thread' : `: ${cause}`
    super(`wasm: the kernel '${name}' failed${reason}`, { cause })
  }
}

/** A thread that shares runs with others. */
export interface Member {
  readonly thread: number
  readonly threads: number
  readonly barrier: Barrier
}

/** The launches of a program, bound to a module instance of this thread. */
export class LaunchRunner {
  readonly #launches: readonly BoundLaunch[]
  /** Those that belong to no invariant part. */
  readonly #inEveryRun: readonly BoundLaunch[]
  /** The pointers from which the launches' arguments were gathered. */
  #pointers: Uint32Array = new Uint32Array()

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, launches: readonly KernelLaunch[]) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory, ...hostFunctions } })
    this.#launches = launches.map((launch, number) => ({
      ...launch,
      number,
      run: exports[String(launch.code)] as KernelFunction,
      arguments: [],
    }))
    this.#inEveryRun = this.#launches.filter(({ invariantPart }) => invariantPart === undefined)
  }

  /** Runs all launches on this thread alone. `renewed` are the invariant parts that the run includes. */
  runAlone(pointers: Uint32Array, renewed: readonly number[]): void {
    this.#bind(pointers)
    for (const launch of this.#launchesOf(renewed)) {
      run(launch, shareOf(launch.units, 0, 1), 0)
    }
  }

  /**
   * Runs this thread's part of each launch: its own share of the units, then what is left of the shares of others. Waits at the
   * barrier before launches that need one, and at the end. Throws `KernelError` if a kernel fails on any thread; the barrier
   * is broken then.
   */
  runPart(pointers: Uint32Array, renewed: readonly number[], member: Member, shares: Shares): void {
    const { barrier } = member
    this.#bind(pointers)
    try {
      let isFirst = true
      for (const launch of this.#launchesOf(renewed)) {
        if (launch.needsBarrier && !isFirst) barrier.wait()
        isFirst = false
        runTogether(launch, member, shares)
      }
      barrier.wait()
    } catch (error) {
      if (error instanceof BrokenBarrierError) throw new KernelError(this.#launches[error.brokenBy], error)
      throw error
    }
  }

  #launchesOf(renewed: readonly number[]): readonly BoundLaunch[] {
    return renewed.length === 0
      ? this.#inEveryRun
      : this.#launches.filter(
          ({ invariantPart }) => invariantPart === undefined || renewed.includes(invariantPart),
        )
  }

  /** Gathers the arguments of the launches. A training step has the same pointers as the step before. */
  #bind(pointers: Uint32Array): void {
    if (equalWords(pointers, this.#pointers)) return
    this.#pointers = pointers
    for (const launch of this.#launches) launch.arguments = launch.values.map((value) => pointers[value])
  }
}

/** Runs this thread's part of a launch. One unit is the first thread's, in order with others of its kind (`barriers.ts`). */
function runTogether(launch: BoundLaunch, { thread, threads, barrier }: Member, shares: Shares): void {
  const { units, wholeShares, number } = launch
  if (units <= 1 || wholeShares) {
    run(launch, shareOf(units, thread, threads), thread, barrier)
    return
  }
  for (let helped = 0; helped < threads; helped++) {
    const owner = (thread + helped) % threads
    const share = shareOf(units, owner, threads)
    let piece = shares.take(number, owner, share)
    while (piece !== undefined) {
      run(launch, piece, thread, barrier)
      piece = shares.take(number, owner, share)
    }
  }
}

/** Runs units of a launch. If the kernel fails, breaks the barrier at which the other threads wait. */
function run(launch: BoundLaunch, { first, length }: UnitRange, thread: number, barrier?: Barrier): void {
  if (length === 0) return
  try {
    launch.run(first, first + length, thread, ...launch.arguments)
  } catch (error) {
    barrier?.break(launch.number)
    throw new KernelError(launch, error)
  }
}

function equalWords(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i])
}
