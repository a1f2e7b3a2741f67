import { TrainingStopped } from '../train/index.ts'

let controller: AbortController | undefined

/**
 * Does work that can be stopped with something to show for it: the first SIGINT, SIGTERM or SIGUSR1 aborts the signal
 * that it is given, and the work ends as it sees fit; what is said of it ends with how it goes on. A second one ends
 * the process.
 */
export async function stoppable<T>(goesOn: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  controller = new AbortController()
  try {
    return await work(controller.signal)
  } catch (error) {
    if (error instanceof TrainingStopped) error.message += ` ${goesOn}`
    throw error
  } finally {
    controller = undefined
  }
}

/** What a signal does: ends work that can be stopped, or the process with this code. */
export function stop(exitCode: number): void {
  if (controller === undefined || controller.signal.aborted) process.exit(exitCode)
  controller.abort()
}
