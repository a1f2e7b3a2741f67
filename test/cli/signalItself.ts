import type { SelfSignal } from './childProcess.ts'

/**
 * Preloaded into a process that a test starts: sends the process a signal as soon as it has written a text. A signal from
 * outside could come too late, since a busy machine may let the process end before the test has read what it wrote.
 */
const { at, signal, repeats }: SelfSignal = JSON.parse(process.env.SIGNAL_ITSELF!)

let wasSent = false

function send(): void {
  wasSent = true
  process.kill(process.pid, signal)
  if (repeats) setImmediate(send)
}

for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream) as (...call: unknown[]) => boolean
  stream.write = (...call: unknown[]) => {
    const hasRoom = write(...call)
    if (!wasSent && String(call[0]).includes(at)) send()
    return hasRoom
  }
}
