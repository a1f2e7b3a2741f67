import { hostFunctions } from '../hostFunctions.ts'

/** One launch of a kernel in a program. */
export interface KernelLaunch {
  /** Index of the function in the module. */
  readonly code: number
  /** Number of units that its work is divided into. */
  readonly units: number
  /** Whether threads wait for each other before it, see `barriers.ts`. */
  readonly needsBarrier: boolean
  /** The values whose pointers it takes. */
  readonly values: readonly number[]
}

type KernelFunction = (firstUnit: number, endUnit: number, thread: number, ...pointers: number[]) => void

/** The launches of a program, bound to a module instance of this thread. */
export class LaunchRunner {
  readonly #launches: readonly (KernelLaunch & { run: KernelFunction })[]

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, launches: readonly KernelLaunch[]) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory, ...hostFunctions } })
    this.#launches = launches.map((launch) => ({
      ...launch,
      run: exports[String(launch.code)] as KernelFunction,
    }))
  }

  /** Runs all launches on this thread alone. */
  runAlone(pointers: ArrayLike<number>): void {
    for (const { run, units, values } of this.#launches) {
      if (units > 0) run(0, units, 0, ...values.map((value) => pointers[value]))
    }
  }

  /**
   * Runs this thread's even share of the units of each launch. Calls `waitForOthers` before launches that need a barrier,
   * and at the end.
   */
  runPart(pointers: ArrayLike<number>, thread: number, threads: number, waitForOthers: () => void): void {
    for (const { run, units, needsBarrier, values } of this.#launches) {
      if (needsBarrier) waitForOthers()
      const first = Math.ceil((units * thread) / threads)
      const end = Math.ceil((units * (thread + 1)) / threads)
      if (first < end) run(first, end, thread, ...values.map((value) => pointers[value]))
    }
    waitForOthers()
  }
}
