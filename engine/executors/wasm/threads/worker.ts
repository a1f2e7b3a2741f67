import { Barrier } from './barrier.ts'
import { KernelError, type KernelLaunch, LaunchRunner, type Member } from './launches.ts'
import { Shares } from './shares.ts'

/** A message to a worker of the pool. It answers `load`; a run ends at the barrier. */
export type WorkerMessage =
  | ({ readonly kind: 'start' } & ThreadContext)
  | {
      readonly kind: 'load'
      readonly program: number
      readonly module: WebAssembly.Module
      readonly launches: readonly KernelLaunch[]
      readonly shares: Int32Array<SharedArrayBuffer>
    }
  | {
      readonly kind: 'run'
      readonly program: number
      readonly pointers: Uint32Array
      readonly renewed: readonly number[]
    }
  | { readonly kind: 'drop'; readonly program: number }

/** A worker's view of the pool: shared memory, its own number, and how many threads there are. */
interface ThreadContext {
  readonly memory: WebAssembly.Memory
  readonly barrier: Int32Array<SharedArrayBuffer>
  readonly thread: number
  readonly threads: number
}

/** The port to the thread that started this worker: `parentPort` in Node, the global object in a page. */
const port = (globalThis.process?.getBuiltinModule?.('node:worker_threads').parentPort ?? globalThis) as Pick<
  Worker,
  'onmessage' | 'postMessage'
>
const programs = new Map<number, { readonly runner: LaunchRunner; readonly shares: Shares }>()
let context: ThreadContext
let member: Member

port.onmessage = ({ data: message }: { data: WorkerMessage }) => {
  if (message.kind === 'start') {
    context = message
    const { thread, threads } = message
    member = { thread, threads, barrier: new Barrier(threads, message.barrier) }
  } else if (message.kind === 'load') {
    const { program, module, launches } = message
    const runner = new LaunchRunner(module, context.memory, launches)
    programs.set(program, { runner, shares: new Shares(launches.length, context.threads, message.shares) })
    port.postMessage(program)
  } else if (message.kind === 'drop') programs.delete(message.program)
  else run(message)
}

function run({ program, pointers, renewed }: Extract<WorkerMessage, { kind: 'run' }>): void {
  const { runner, shares } = programs.get(program)!
  try {
    runner.runPart(pointers, renewed, member, shares)
  } catch (error) {
    // The thread that started the run reports it, since the barrier is broken.
    if (!(error instanceof KernelError)) throw error
  }
}
