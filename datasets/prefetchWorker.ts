import { type MessagePort, parentPort } from 'node:worker_threads'
import { type Ingredients, preparing } from './prepare.ts'

/** What the thread is told of an epoch; indices of batches come through the port, images go back. */
export interface PrefetchStart {
  readonly ingredients: Ingredients
  readonly port: MessagePort
}

parentPort?.on('message', ({ ingredients, port }: PrefetchStart) => {
  const prepare = preparing(ingredients)
  port.on('message', (indices: Int32Array) => {
    const images = prepare(indices)
    port.postMessage(images, [images.buffer])
  })
})
