import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

/** On a quiet machine, interrupts take less than this fraction of the processors' time. */
const tolerable = 0.03

/**
 * Returns the fraction of the processors' time that other work takes, including work outside a virtual machine, which no
 * load average shows: each core repeats a loop for about a second, and each repetition would take as long as the shortest
 * if nothing interrupted it.
 */
export async function lostTime(): Promise<number> {
  const spinners = Array.from({ length: availableParallelism() }, async () => {
    const worker = new Worker(new URL('./spin.ts', import.meta.url))
    const [milliseconds] = (await once(worker, 'message')) as [number[]]
    return milliseconds
  })
  const milliseconds = (await Promise.all(spinners)).flat()
  const taken = milliseconds.reduce((sum, time) => sum + time)
  return 1 - (Math.min(...milliseconds) * milliseconds.length) / taken
}

/** The fraction of time lost to other work before and after a measurement. */
export interface Quietness {
  readonly lostBefore: number
  readonly lostAfter: number
}

/** Runs a measurement, and measures before and after it whether the machine is quiet. */
export async function withQuietness<T>(measure: () => Promise<T>): Promise<{ result: T } & Quietness> {
  const lostBefore = await lostTime()
  const result = await measure()
  return { result, lostBefore, lostAfter: await lostTime() }
}

/** Returns a warning if the machine was not quiet around one of these measurements, else nothing. */
export function quietnessWarnings(measurements: readonly Quietness[]): string[] {
  const lost = Math.max(...measurements.flatMap(({ lostBefore, lostAfter }) => [lostBefore, lostAfter]))
  if (lost < tolerable) return []
  const percent = `${(100 * lost).toFixed(0)} %`
  return [`WARNING: this machine is not quiet: other work took up to ${percent} of its processors' time.`]
}
