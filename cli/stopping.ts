import { constants } from 'node:os'
import { TrainingStopped } from '../train/index.ts'

let controller: AbortController | undefined

/**
 * Does work that can be stopped with something to show for it: the first SIGHUP, SIGINT, SIGTERM or SIGUSR1, or the end of
 * whoever reads the output, aborts the signal that it is given, and the work ends as it sees fit; what is said of it ends
 * with how it goes on. A second signal ends the process.
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

/** A pipe that nobody reads any more; a terminal that was closed. */
const withoutReader = ['EPIPE', 'EIO']

let hasReader = true

/**
 * What a stream's error does: where whoever read the output has gone, as `head` does, it is what SIGPIPE is to other programs.
 * There is nobody left to say anything to, so whatever else cannot be written is passed over.
 */
export function endWithReader(error: NodeJS.ErrnoException): void {
  if (!withoutReader.includes(error.code ?? '')) throw error
  if (hasReader) stop(128 + constants.signals.SIGPIPE)
  hasReader = false
}
