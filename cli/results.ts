import type { Output } from './output.ts'
import { Bars } from './progress/bars.ts'
import { JsonLines, writeEvent } from './progress/jsonLines.ts'
import { Lines } from './progress/lines.ts'
import type { Progress } from './progress/progress.ts'

interface Format {
  readonly json?: boolean | undefined
}

/** Returns the progress display for an output: JSON lines if requested, bars on a terminal, otherwise lines of text. */
function openProgress(output: Output, { json }: Format): Progress {
  if (json) return new JsonLines(output)
  return output.stderr.isTTY ? new Bars(output) : new Lines(output)
}

/** Runs `work` with a progress display, and restores the terminal even if it throws or the process exits. */
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

/** Writes the result of a command, as a JSON event or as text. */
export function writeResult(output: Output, { json }: Format, result: object, text: string): void {
  if (json) writeEvent(output, 'result', result)
  else output.stdout.write(`${text}\n`)
}
