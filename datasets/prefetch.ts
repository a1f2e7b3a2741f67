import type { MessagePort, Worker } from 'node:worker_threads'
import { areShared } from './pixels.ts'
import type { PrefetchStart } from './prefetchWorker.ts'
import { type Ingredients, preparing } from './prepare.ts'

/** Node's threads; pages have none. */
const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads')

/**
 * Yields the images of each batch, in order. While the caller uses one, a thread prepares the next; a batch that is not
 * ready when it is needed is prepared here. The thread only saves time: with or without it, bits and errors are the
 * same.
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

/** A thread's work for one epoch: it is asked for every batch except the first, and answers in that order. */
class Helper {
  readonly #port: MessagePort
  /** The batch of the next answer. */
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

  /** Returns the images of a batch if they are ready. Discards earlier batches, which were late. */
  take(batch: number): Float32Array<ArrayBuffer> | undefined {
    while (this.#next <= batch) {
      const answer = threads!.receiveMessageOnPort(this.#port)
      if (answer === undefined) return undefined
      if (this.#next++ === batch) return answer.message
    }
    return undefined
  }

  /** Closes the port, which frees the thread's data for this epoch and drops answers in transit. */
  dismiss(): void {
    this.#port.close()
  }
}

/** One worker for the whole process, started in the first epoch. It does not keep the process alive. */
let worker: Worker | undefined

/** Returns `undefined` if there are no threads, or if the process may not start them. */
function startWorker(): Worker | undefined {
  const file = import.meta.url.endsWith('.ts') ? './prefetchWorker.ts' : './prefetchWorker.js'
  try {
    // Without the flags of this process, because some of them (such as --eval) forbid running a file.
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
