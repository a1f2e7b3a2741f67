import { parentPort, workerData } from 'node:worker_threads'
import { Barrier } from './barrier.ts'
import { type Step, StepRunner } from './steps.ts'

/** What a worker is given when it starts. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory
  readonly barrier: Int32Array<SharedArrayBuffer>
  readonly thread: number
  readonly threads: number
}

/** What it is told afterwards. It answers `load` with the program's number; a run ends at the barrier. */
export type WorkerMessage =
  | {
      readonly kind: 'load'
      readonly program: number
      readonly module: WebAssembly.Module
      readonly steps: readonly Step[]
    }
  | { readonly kind: 'run'; readonly program: number; readonly pointers: Uint32Array }
  | { readonly kind: 'drop'; readonly program: number }

const { memory, barrier: words, thread, threads } = workerData as WorkerStart
const barrier = new Barrier(threads, words)
const programs = new Map<number, StepRunner>()

parentPort?.on('message', (message: WorkerMessage) => {
  if (message.kind === 'load') {
    programs.set(message.program, new StepRunner(message.module, memory, message.steps))
    parentPort?.postMessage(message.program)
  } else if (message.kind === 'drop') programs.delete(message.program)
  else programs.get(message.program)?.runPart(message.pointers, thread, threads, () => barrier.meet())
})
