import type { Work } from './work.ts'

/** Work that is ready to be run again and again. */
export interface Task {
  /** Submits the work once. */
  run(): unknown
  /** Reads the result of the last run: maps as [N, H, W, C], weights as [K, C, R, S]. Missing for steps. */
  result?(): Promise<Float32Array>
  /** Releases its memory. */
  end?(): void
}

/** An engine that computes on WebGPU in this process. */
export interface Contestant {
  readonly name: string
  readonly version: string
  /** Makes the operands of some work. Throws if it has no operation for it. */
  prepare(work: Work): Task | Promise<Task>
  /** Waits for all submitted work. */
  settle(): Promise<unknown>
}
