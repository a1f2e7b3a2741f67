import { Barrier } from './barrier.ts'
import { type KernelLaunch, LaunchRunner } from './launches.ts'
import { Shares } from './shares.ts'
import { SharingTuner } from './sharingTuner.ts'
import { Thread } from './threads.ts'
import type { WorkerMessage } from './worker.ts'

/** A program that all threads of a pool have loaded. */
export interface LoadedProgram {
  readonly number: number
  readonly runner: LaunchRunner
  /** Undefined if no launch has work for more than one thread. */
  readonly sharing: { readonly tuner: SharingTuner; readonly shares: Shares } | undefined
}

/** The worker threads, and the barrier of all threads, this one included. */
interface Others {
  readonly threads: readonly Thread[]
  readonly barrier: Barrier
}

/**
 * The threads that compute: the calling thread, which takes its share, and workers over the same memory, which start with
 * the first program that has work for them.
 */
export class ThreadPool {
  readonly threads: number
  readonly #memory: WebAssembly.Memory
  #others: Others | undefined
  #programs = 0
  /** Why the barrier of the threads is broken, if it is. */
  #failure: unknown
  readonly #registry = new FinalizationRegistry<number>((program) => this.#tell({ kind: 'drop', program }))

  constructor(memory: WebAssembly.Memory, threads: number) {
    this.threads = threads
    this.#memory = memory
  }

  /** Loads a program on all threads. */
  async load(module: WebAssembly.Module, launches: readonly KernelLaunch[]): Promise<LoadedProgram> {
    const isShared = this.threads > 1 && launches.some(({ units }) => units > 1)
    const program = {
      number: this.#programs++,
      runner: new LaunchRunner(module, this.#memory, launches),
      sharing: isShared
        ? { tuner: new SharingTuner(), shares: new Shares(launches.length, this.threads) }
        : undefined,
    }
    if (program.sharing !== undefined) {
      this.#others ??= this.#start()
      const shares = program.sharing.shares.words
      const message = { kind: 'load', program: program.number, module, launches, shares } as const
      await Promise.all(this.#others.threads.map((thread) => thread.ask(message)))
      this.#registry.register(program, program.number)
    }
    return program
  }

  /**
   * Runs a program to its end, synchronously; `renewed` are the invariant parts included. Throws `KernelError` if a kernel
   * fails. After such a failure on several threads, every run throws it again.
   */
  run(
    { number, runner, sharing }: LoadedProgram,
    pointers: Uint32Array,
    renewed: readonly number[] = [],
  ): void {
    if (this.#failure !== undefined) throw this.#failure
    const alone = () => runner.runAlone(pointers, renewed)
    if (sharing === undefined) {
      alone()
      return
    }
    const { tuner, shares } = sharing
    const member = { thread: 0, threads: this.threads, barrier: this.#others!.barrier }
    const shared = () => {
      shares.reset()
      this.#tell({ kind: 'run', program: number, pointers, renewed })
      try {
        runner.runPart(pointers, renewed, member, shares)
      } catch (error) {
        this.#failure = error
        throw error
      }
    }
    tuner.run(alone, shared)
  }

  #tell(message: WorkerMessage): void {
    for (const thread of this.#others?.threads ?? []) thread.tell(message)
  }

  #start(): Others {
    const { threads } = this
    const memory = this.#memory
    const barrier = new Barrier(threads)
    const others = Array.from({ length: threads - 1 }, (_, i) => {
      const thread = new Thread()
      thread.tell({ kind: 'start', memory, barrier: barrier.words, thread: i + 1, threads })
      return thread
    })
    return { threads: others, barrier }
  }
}
