import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import type { Outcome } from './commandLine.ts'

const main = join(import.meta.dirname, '../../cli/main.ts')

type Heard = (output: string, child: ReturnType<typeof execFile>) => void

/** A signal that a process sends itself once it has written a text; repeated, until the process has ended. */
export interface SelfSignal {
  readonly at: string
  readonly signal: NodeJS.Signals
  readonly repeats?: boolean
}

interface Circumstances {
  readonly signalsItself?: SelfSignal
  /** Whether its errors go to a terminal, as it believes. */
  readonly isTTY?: boolean
  /** Called with all output so far, and with the process, whenever there is more. */
  readonly heard?: Heard
  /**
   * Bytes: what would make a file larger fails, as on a full disk. The system then says EFBIG instead of ENOSPC, for
   * root as well.
   */
  readonly largestFile?: number
}

/** Runs the command line as a process of its own in a new folder. The code is null where a signal has ended it. */
export async function spawn(
  argv: readonly string[],
  { signalsItself, isTTY, heard, largestFile }: Circumstances = {},
): Promise<Omit<Outcome, 'code'> & { readonly code: number | null }> {
  const cwd = await temporaryFolder()
  const preloaded = [
    ...(signalsItself ? [join(import.meta.dirname, 'signalItself.ts')] : []),
    ...(isTTY ? ['data:text/javascript,process.stderr.isTTY=true'] : []),
  ].flatMap((module) => ['--import', module])
  const command = [process.execPath, ...preloaded, main, ...argv]
  // In the standard's units, which are 512 bytes whatever the disk has.
  const limited = `ulimit -f ${Math.floor((largestFile ?? 0) / 512)} && exec "$@"`
  const [program, ...words] = largestFile === undefined ? command : ['sh', '-c', limited, 'sh', ...command]
  return new Promise((resolve) => {
    // One thread: several of these processes may be at work at once.
    const env = { ...process.env, THERMOGRAD_THREADS: '1', SIGNAL_ITSELF: JSON.stringify(signalsItself) }
    const child = execFile(program, words, { cwd, env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr })
    })
    let output = ''
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (text) => {
        output += text
        heard?.(output, child)
      })
    }
  })
}
