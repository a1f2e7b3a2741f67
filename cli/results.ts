import type { Output } from './output.ts'
import { Bars } from './progress/bars.ts'
import { JsonLines, writeEvent } from './progress/jsonLines.ts'
import { Lines } from './progress/lines.ts'
import type { Progress } from './progress/progress.ts'

interface Format {
  readonly json?: boolean
}

/** Progress as it suits the output: JSON lines if asked for, bars on a terminal, else lines of text. */
function openProgress(output: Output, { json }: Format): Progress {
  if (json) return new JsonLines(output)
  return output.stderr.isTTY ? new Bars(output) : new Lines(output)
}

/** Does work whose progress is shown, and leaves the terminal as it was, whatever becomes of the work. */
export async function withProgress<T>(
  output: Output,
  format: Format,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const progress = openProgress(output, format)
  const close = () => progress.close()
  process.once('exit', close)
  try {
    return await work(progress)
  } finally {
    process.off('exit', close)
    close()
  }
}

/** Writes what a command came to, as an event or as text. */
export function writeResult(output: Output, { json }: Format, result: object, text: string): void {
  if (json) writeEvent(output, 'result', result)
  else output.stdout.write(`${text}\n`)
}
