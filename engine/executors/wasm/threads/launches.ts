import { hostFunctions } from '../hostFunctions.ts'

/** One kernel call of a program. */
export interface KernelLaunch {
  /** Which function of the module. */
  readonly code: number
  /** How many parts its work falls into. */
  readonly units: number
  /** Whether all threads must have ended the launches before it, see `barriers.ts`. */
  readonly needsBarrier: boolean
  /** The values that it is given pointers to. */
  readonly values: readonly number[]
}

type KernelFunction = (firstUnit: number, endUnit: number, thread: number, ...pointers: number[]) => void

/** The launches of a program with the functions that run them, in one thread. */
export class LaunchRunner {
  readonly #launches: readonly (KernelLaunch & { run: KernelFunction })[]

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, launches: readonly KernelLaunch[]) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory, ...hostFunctions } })
    this.#launches = launches.map((launch) => ({
      ...launch,
      run: exports[String(launch.code)] as KernelFunction,
    }))
  }

  /** Runs all steps alone. */
  runAlone(pointers: ArrayLike<number>): void {
    for (const { run, units, values } of this.#launches) {
      if (units > 0) run(0, units, 0, ...values.map((value) => pointers[value]))
    }
  }

  /** Runs this thread's part of all steps: units are shared out evenly. All threads meet where steps say so, and at the end. */
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
