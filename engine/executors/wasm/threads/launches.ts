import { hostFunctions } from '../hostFunctions.ts'

/** One launch of a kernel in a program. */
export interface KernelLaunch {
  /** Index of the function in the module. */
  readonly code: number
  /** Number of units that its work is divided into. */
  readonly units: number
  /** Whether threads wait for each other before it, see `barriers.ts`. */
  readonly needsBarrier: boolean
  /** The invariant part that it belongs to, if any: it is launched only in runs that renew this part. */
  readonly invariantPart?: number | undefined
  /** The values whose pointers it takes. */
  readonly values: readonly number[]
}

type KernelFunction = (firstUnit: number, endUnit: number, thread: number, ...pointers: number[]) => void

type BoundLaunch = KernelLaunch & { readonly run: KernelFunction; arguments: readonly number[] }

/** The launches of a program, bound to a module instance of this thread. */
export class LaunchRunner {
  readonly #launches: readonly BoundLaunch[]
  /** Those that belong to no invariant part. */
  readonly #inEveryRun: readonly BoundLaunch[]
  /** The pointers from which the launches' arguments were gathered. */
  #pointers: Uint32Array = new Uint32Array()

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, launches: readonly KernelLaunch[]) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory, ...hostFunctions } })
    this.#launches = launches.map((launch) => ({
      ...launch,
      run: exports[String(launch.code)] as KernelFunction,
      arguments: [],
    }))
    this.#inEveryRun = this.#launches.filter(({ invariantPart }) => invariantPart === undefined)
  }

  /** Runs all launches on this thread alone. `renewed` are the invariant parts that the run includes. */
  runAlone(pointers: Uint32Array, renewed: readonly number[]): void {
    this.#bind(pointers)
    for (const launch of this.#launchesOf(renewed)) {
      if (launch.units > 0) launch.run(0, launch.units, 0, ...launch.arguments)
    }
  }

  /**
   * Runs this thread's even share of the units of each launch. Calls `waitForOthers` before launches that need a barrier,
   * and at the end.
   */
  runPart(
    pointers: Uint32Array,
    renewed: readonly number[],
    thread: number,
    threads: number,
    waitForOthers: () => void,
  ): void {
    this.#bind(pointers)
    let isFirst = true
    for (const launch of this.#launchesOf(renewed)) {
      const { units } = launch
      if (launch.needsBarrier && !isFirst) waitForOthers()
      isFirst = false
      const first = Math.ceil((units * thread) / threads)
      const end = Math.ceil((units * (thread + 1)) / threads)
      if (first < end) launch.run(first, end, thread, ...launch.arguments)
    }
    waitForOthers()
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

function equalWords(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i])
}
