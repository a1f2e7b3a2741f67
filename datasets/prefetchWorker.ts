import { type MessagePort, parentPort } from 'node:worker_threads'
import { type Ingredients, preparing } from './prepare.ts'

/** Starts an epoch in the thread. The port then carries indices of batches in, and images out. */
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
