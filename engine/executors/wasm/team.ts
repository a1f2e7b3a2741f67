import { Worker } from 'node:worker_threads'
import { Barrier } from './barrier.ts'
import { Pace } from './pace.ts'
import { type Step, StepRunner } from './steps.ts'
import type { WorkerMessage, WorkerStart } from './worker.ts'

/** A program that a team can run. */
export interface TeamProgram {
  readonly number: number
  readonly runner: StepRunner
  /** None where no step has work for more than one thread. */
  readonly pace: Pace | undefined
}

/**
 * The threads that compute: this one, which takes its share, and workers over the same memory. They start with the
 * first program that has work for them and keep no process alive.
 */
export class Team {
  readonly threads: number
  readonly #memory: WebAssembly.Memory
  readonly #barrier: Barrier
  #workers: Worker[] | undefined
  #programs = 0
  readonly #registry = new FinalizationRegistry<number>((program) => this.#tell({ kind: 'drop', program }))

  constructor(memory: WebAssembly.Memory, threads: number) {
    this.threads = threads
    this.#memory = memory
    this.#barrier = new Barrier(threads)
  }

  /** Makes a program known to all threads. */
  async load(module: WebAssembly.Module, steps: readonly Step[]): Promise<TeamProgram> {
    const isShared = this.threads > 1 && steps.some(({ units }) => units > 1)
    const program = {
      number: this.#programs++,
      runner: new StepRunner(module, this.#memory, steps),
      pace: isShared ? new Pace() : undefined,
    }
    if (isShared) {
      this.#workers ??= this.#start()
      const known = this.#workers.map((worker) => heard(worker, program.number))
      this.#tell({ kind: 'load', program: program.number, module, steps })
      await Promise.all(known)
      this.#registry.register(program, program.number)
    }
    return program
  }

  /** Runs a program from beginning to end, without giving way to anything else in this thread. */
  run({ number, runner, pace }: TeamProgram, pointers: Uint32Array): void {
    const alone = () => runner.runAlone(pointers)
    const shared = () => {
      this.#tell({ kind: 'run', program: number, pointers })
      runner.runPart(pointers, 0, this.threads, () => this.#barrier.meet())
    }
    if (pace === undefined) alone()
    else pace.run(alone, shared)
  }

  #tell(message: WorkerMessage): void {
    for (const worker of this.#workers ?? []) worker.postMessage(message)
  }

  #start(): Worker[] {
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'
    return Array.from({ length: this.threads - 1 }, (_, i) => {
      const start: WorkerStart = {
        memory: this.#memory,
        barrier: this.#barrier.words,
        thread: i + 1,
        threads: this.threads,
      }
      // Options of this process, such as `--input-type`, may not suit a file.
      const worker = new Worker(new URL(file, import.meta.url), { workerData: start, execArgv: [] })
      worker.setMaxListeners(0)
      worker.unref()
      return worker
    })
  }
}

/** Resolves when a worker has said this number. */
function heard(worker: Worker, program: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const listen = (said: number) => {
      if (said !== program) return
      worker.off('message', listen)
      worker.off('error', reject)
      resolve()
    }
    worker.on('message', listen)
    worker.once('error', reject)
  })
}
