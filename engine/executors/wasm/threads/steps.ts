import { hostFunctions } from '../hostFunctions.ts'

/** One kernel call of a program. */
export interface Step {
  /** Which function of the module. */
  readonly code: number
  /** How many parts its work falls into. */
  readonly units: number
  /** Whether it waits until all threads have ended the steps before it, see `meetings.ts`. */
  readonly meets: boolean
  /** The values that it is given pointers to. */
  readonly values: readonly number[]
}

type KernelFunction = (firstUnit: number, endUnit: number, thread: number, ...pointers: number[]) => void

/** The steps of a program with the functions that run them, in one thread. */
export class StepRunner {
  readonly #steps: readonly (Step & { run: KernelFunction })[]

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, steps: readonly Step[]) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory, ...hostFunctions } })
    this.#steps = steps.map((step) => ({ ...step, run: exports[String(step.code)] as KernelFunction }))
  }

  /** Runs all steps alone. */
  runAlone(pointers: ArrayLike<number>): void {
    for (const { run, units, values } of this.#steps) {
      if (units > 0) run(0, units, 0, ...values.map((value) => pointers[value]))
    }
  }

  /** Runs this thread's part of all steps: units are shared out evenly. All threads meet where steps say so, and at the end. */
  runPart(pointers: ArrayLike<number>, thread: number, threads: number, meet: () => void): void {
    for (const { run, units, meets, values } of this.#steps) {
      if (meets) meet()
      const first = Math.ceil((units * thread) / threads)
      const end = Math.ceil((units * (thread + 1)) / threads)
      if (first < end) run(first, end, thread, ...values.map((value) => pointers[value]))
    }
    meet()
  }
}
