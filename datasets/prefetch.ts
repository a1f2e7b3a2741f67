import type { MessagePort, Worker } from 'node:worker_threads'
import { areShared } from './pixels.ts'
import type { PrefetchStart } from './prefetchWorker.ts'
import { type Ingredients, preparing } from './prepare.ts'

/** Node's threads; a browser has none. */
const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads')

/**
 * The images of each batch, in order. While the caller is busy with one, a thread prepares the next; a batch that is not
 * there when it is wanted is prepared here, so the thread only saves time: what it does, or that there is none, changes
 * no bit and no error.
 */
export function* prefetch(
  ingredients: Ingredients,
  batches: readonly Int32Array[],
): Generator<Float32Array<ArrayBuffer>> {
  const prepare = preparing(ingredients)
  const helper = areShared(ingredients.images.data) ? Helper.of(ingredients) : undefined
  try {
    for (const [batch, indices] of batches.entries()) {
      const images = helper?.take(batch) ?? prepare(indices)
      if (batch + 1 < batches.length) helper?.ask(batches[batch + 1])
      yield images
    }
  } finally {
    helper?.dismiss()
  }
}

/** What the thread prepares for one epoch: it is asked for every batch but the first, and answers in that order. */
class Helper {
  readonly #port: MessagePort
  /** The batch that the next answer is about. */
  #next = 1

  static of(ingredients: Ingredients): Helper | undefined {
    worker ??= startWorker()
    if (worker === undefined) return undefined
    const { port1, port2 } = new threads!.MessageChannel()
    worker.postMessage({ ingredients, port: port2 } satisfies PrefetchStart, [port2])
    return new Helper(port1)
  }

  constructor(port: MessagePort) {
    this.#port = port
  }

  ask(indices: Int32Array): void {
    this.#port.postMessage(indices)
  }

  /** The images of a batch, if they are there. Those of earlier batches came too late. */
  take(batch: number): Float32Array<ArrayBuffer> | undefined {
    while (this.#next <= batch) {
      const answer = threads!.receiveMessageOnPort(this.#port)
      if (answer === undefined) return undefined
      if (this.#next++ === batch) return answer.message
    }
    return undefined
  }

  /** Takes from the thread what it holds for this epoch; answers that are under way are lost with the port. */
  dismiss(): void {
    this.#port.close()
  }
}

/** One for the whole process, from the first epoch on. It keeps no process alive. */
let worker: Worker | undefined

/** None where there are no such threads, or where a process may not start them. */
function startWorker(): Worker | undefined {
  const file = import.meta.url.endsWith('.ts') ? './prefetchWorker.ts' : './prefetchWorker.js'
  try {
    // Without the flags of this process: some of them forbid to run a file.
    const started = threads && new threads.Worker(new URL(file, import.meta.url), { execArgv: [] })
    started?.unref()
    started?.on('error', () => {
      worker = undefined
    })
    return started
  } catch {
    return undefined
  }
}
