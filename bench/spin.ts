// A worker thread that measures the time of a loop again and again: see `quietness.ts`.
import { parentPort } from 'node:worker_threads'

/** Number of loops while the JavaScript engine optimizes them, and of measured ones. */
const [warmUps, loops] = [100, 400]

/** Computes in registers alone, about 2 ms: caches and memory do not matter, only whether the core is ours. */
function spin(): number {
  let state = 1
  for (let i = 0; i < 2_000_000; i++) state = (Math.imul(state, 1664525) + 1013904223) | 0
  return state
}

const milliseconds: number[] = []
for (let loop = 0; loop < warmUps + loops; loop++) {
  const start = performance.now()
  spin()
  if (loop >= warmUps) milliseconds.push(performance.now() - start)
}
parentPort!.postMessage(milliseconds)
