import { constants } from 'node:os'
import { TrainingStopped } from '../train/index.ts'

let controller: AbortController | undefined

/**
 * Runs work that can save its state before it stops. The first SIGHUP, SIGINT, SIGTERM or SIGUSR1, or the closing of the
 * output pipe, aborts the signal passed to `work`; its error message is completed with `howToResume`. A second signal ends
 * the process.
 */
export async function stoppable<T>(
  howToResume: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  controller = new AbortController()
  try {
    return await work(controller.signal)
  } catch (error) {
    if (!(error instanceof TrainingStopped)) throw error
    throw new TrainingStopped(`${error.message} ${howToResume}`, error.position, { cause: error })
  } finally {
    controller = undefined
  }
}

/** Handles a signal: aborts stoppable work, or ends the process with this code. */
export function stop(exitCode: number): void {
  if (controller === undefined || controller.signal.aborted) process.exit(exitCode)
  controller.abort()
}

/** Errors of writing to a pipe or a terminal that was closed. */
const withoutReader = ['EPIPE', 'EIO']

let hasReader = true

/**
 * Handles a stream error: if the reader of the output has exited, as `head` does, it acts like SIGPIPE in other programs.
 * Later write errors are ignored.
 */
export function endWithReader(error: NodeJS.ErrnoException): void {
  if (!withoutReader.includes(error.code ?? '')) throw error
  if (hasReader) stop(128 + constants.signals.SIGPIPE)
  hasReader = false
}
