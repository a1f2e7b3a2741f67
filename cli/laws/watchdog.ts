import { Worker } from 'node:worker_threads'
import { type HostLoss, lossObject, lossParts, withParts } from '../../kd/laws/loss.ts'

/** The state that both threads see: the calls that have begun and those that have ended, together, and the part called. */
const calls = 0
const called = 1

/**
 * The other thread. A call that does not return blocks this one, which then can neither report nor exit by itself: only a
 * signal that cannot be handled ends it.
 */
const source = `
const { writeSync } = require('node:fs')
const { state, names, seconds } = require('node:worker_threads').workerData
let seen = 0
let since = 0
setInterval(() => {
  const count = Atomics.load(state, ${calls})
  if (count !== seen) since = performance.now()
  seen = count
  if (count % 2 === 0 || performance.now() - since < 1000 * seconds) return
  const name = names[Atomics.load(state, ${called})]
  const part = name === 'loss' ? 'the loss' : \`'\${name}' of the loss\`
  writeSync(2, \`thermograd: laws: \${part} does not return within \${seconds} s\\n\`)
  process.kill(process.pid, 'SIGKILL')
}, 250 * Math.min(seconds, 4))
`

/** Returns the same loss, of which a call that does not return in time ends this process with a sentence. */
export function watched(loss: HostLoss, seconds: number): HostLoss {
  const parts = lossObject(loss)
  const state = new Int32Array(new SharedArrayBuffer(8))
  new Worker(source, { eval: true, workerData: { state, names: lossParts, seconds } }).unref()
  return withParts(parts, (name, part) => (...given) => {
    Atomics.store(state, called, lossParts.indexOf(name))
    Atomics.add(state, calls, 1)
    try {
      return part.apply(parts, given)
    } finally {
      Atomics.add(state, calls, 1)
    }
  })
}
