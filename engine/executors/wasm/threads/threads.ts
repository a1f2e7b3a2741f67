import type { Worker as NodeWorker } from 'node:worker_threads'
import type { WorkerMessage } from './worker.ts'

/** Node's worker threads; undefined in a page, which has Web workers. */
const node = globalThis.process?.getBuiltinModule?.('node:worker_threads')

/** Returns why threads cannot share memory here, or undefined if they can. */
export function whyAlone(): string | undefined {
  if (typeof SharedArrayBuffer === 'undefined') {
    return (
      'the page is not cross-origin isolated: it must be served with the headers ' +
      '`Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`'
    )
  }
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1)
  } catch {
    return "a page's main thread may not block: compute in a worker of the page"
  }
  return undefined
}

/** A thread that runs `worker.ts`, in Node or in a page. It keeps a process alive only while an answer is awaited. */
export class Thread {
  readonly #worker: NodeWorker | Worker
  /** Questions without an answer so far, in the order in which the worker will answer. */
  readonly #questions: PromiseWithResolvers<void>[] = []

  constructor() {
    this.#worker = node ? this.#startInNode(node) : this.#startInPage()
    this.#holdProcess()
  }

  tell(message: WorkerMessage): void {
    this.#worker.postMessage(message)
  }

  /** Sends a message and waits for the answer. */
  ask(message: WorkerMessage): Promise<void> {
    const question = Promise.withResolvers<void>()
    this.#questions.push(question)
    this.#holdProcess()
    this.tell(message)
    return question.promise
  }

  #startInNode({ Worker }: NonNullable<typeof node>): NodeWorker {
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'
    // Options of this process, such as `--input-type`, may not apply to a file.
    const worker = new Worker(new URL(file, import.meta.url), { execArgv: [] })
    worker.on('message', () => this.#answered())
    worker.on('error', (error) => this.#failed(error))
    return worker
  }

  #startInPage(): Worker {
    // Bundlers match this exact expression, and resolve a .js file to its .ts source.
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
    worker.addEventListener('message', () => this.#answered())
    worker.addEventListener('error', ({ message }) =>
      this.#failed(new Error(`wasm: a thread failed: ${message || 'its file cannot be loaded'}`)),
    )
    return worker
  }

  #answered(): void {
    this.#questions.shift()?.resolve()
    this.#holdProcess()
  }

  #failed(error: Error): void {
    if (this.#questions.length === 0) throw error
    for (const question of this.#questions.splice(0)) question.reject(error)
  }

  #holdProcess(): void {
    if (!('ref' in this.#worker)) return
    if (this.#questions.length > 0) this.#worker.ref()
    else this.#worker.unref()
  }
}
