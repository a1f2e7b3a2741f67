import { Barrier } from './barrier.ts'
import { type Step, StepRunner } from './steps.ts'

/** What a thread of a team is told. It answers `load`; a run ends at the barrier. */
export type WorkerMessage =
  | ({ readonly kind: 'start' } & Place)
  | {
      readonly kind: 'load'
      readonly program: number
      readonly module: WebAssembly.Module
      readonly steps: readonly Step[]
    }
  | { readonly kind: 'run'; readonly program: number; readonly pointers: Uint32Array }
  | { readonly kind: 'drop'; readonly program: number }

/** Its place in the team. */
interface Place {
  readonly memory: WebAssembly.Memory
  readonly barrier: Int32Array<SharedArrayBuffer>
  readonly thread: number
  readonly threads: number
}

/** The way to who started it: `parentPort` in Node, the global object in a page. */
const port = (globalThis.process?.getBuiltinModule?.('node:worker_threads').parentPort ?? globalThis) as Pick<
  Worker,
  'onmessage' | 'postMessage'
>
const programs = new Map<number, StepRunner>()
let place: Place
let meet: () => void

port.onmessage = ({ data: message }: { data: WorkerMessage }) => {
  if (message.kind === 'start') {
    place = message
    const barrier = new Barrier(place.threads, place.barrier)
    meet = () => barrier.meet()
  } else if (message.kind === 'load') {
    programs.set(message.program, new StepRunner(message.module, place.memory, message.steps))
    port.postMessage(message.program)
  } else if (message.kind === 'drop') programs.delete(message.program)
  else programs.get(message.program)?.runPart(message.pointers, place.thread, place.threads, meet)
}
