import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Outcome } from './cases.ts'
import type { Message, Order } from './child.ts'
import type { FormatName } from './formats/index.ts'

/** A file that was neither read nor refused as it should be. */
export interface Failure {
  readonly format: FormatName
  readonly number: number
  readonly problem: string
}

/** What became of many. */
export interface Tally {
  readonly read: number
  readonly refused: number
  readonly failures: readonly Failure[]
  readonly slowestMilliseconds: number
  readonly megabytes: number
}

/** What one file may take. */
export const limits = { milliseconds: 2000, megabytes: 256 }

/** A case that takes so long by the clock, on however busy a machine, hangs. */
const hangs = 30_000
/** A process is as large as its largest file made it: each reads so many. */
const casesPerProcess = 1000

const start = (order: Order): ChildProcess => {
  const child = fork(join(import.meta.dirname, 'child.ts'), {
    execArgv: ['--expose-gc'],
    serialization: 'advanced',
    stdio: 'inherit',
  })
  child.send(order)
  return child
}

/** Files in order, made in a process of its own: the training behind some takes more memory than any may to be read. */
export function filesOf(format: FormatName): Promise<readonly Uint8Array[]> {
  return new Promise((resolve, reject) => {
    const child = start({ makes: format })
    child.once('message', (message: Message) => {
      if ('made' in message) resolve(message.made)
    })
    child.once('exit', (code) => reject(new Error(`no files of ${format}: exit code ${code}`)))
  })
}

/** Files in order, and which spoiled ones of them. */
export interface Range {
  readonly files: readonly Uint8Array[]
  readonly seed: number
  readonly from: number
  readonly to: number
}

/** Reads spoiled files of a format, in processes whose memory and time are watched. */
export async function fuzz(
  format: FormatName,
  { files, seed, from, to }: Range,
  onProgress: (done: number) => void = () => {},
): Promise<Tally> {
  const tally = { read: 0, refused: 0, slowestMilliseconds: 0, megabytes: 0 }
  const failures: Failure[] = []
  for (let next = from; next < to; ) {
    const first = next
    const end = Math.min(to, first + casesPerProcess)
    await new Promise<void>((resolve) => {
      const child = start({ format, files, seed, from: first, to: end })
      const fail = (problem: string) => {
        failures.push({ format, number: next, problem })
        next++
        child.kill('SIGKILL')
      }
      let watch = setTimeout(() => {}, 0)
      child.on('message', (message: Message) => {
        clearTimeout(watch)
        if ('begins' in message) {
          next = message.begins
          watch = setTimeout(fail, hangs, 'it hangs')
          return
        }
        if (!('ended' in message)) return
        const { ended, megabytes } = message
        const excess = excessOf(ended, megabytes)
        // Only a file that a process reads first answers for the process's memory and time: another one gets a process too.
        if (excess !== undefined && ended.number > first) {
          child.removeAllListeners('message')
          child.kill('SIGKILL')
          return
        }
        if (ended.wasRead) tally.read++
        else tally.refused++
        tally.slowestMilliseconds = Math.max(tally.slowestMilliseconds, ended.milliseconds)
        tally.megabytes = Math.max(tally.megabytes, megabytes)
        onProgress(ended.number + 1 - from)
        if (ended.problem !== undefined) {
          failures.push({ format, number: ended.number, problem: ended.problem })
        } else if (excess !== undefined) fail(excess)
        else next = ended.number + 1
      })
      child.on('exit', (code) => {
        clearTimeout(watch)
        if (code !== 0 && code !== null)
          failures.push({ format, number: next++, problem: `exit code ${code}` })
        resolve()
      })
    })
  }
  return { ...tally, failures }
}

function excessOf({ milliseconds }: Outcome, megabytes: number): string | undefined {
  if (milliseconds > limits.milliseconds) return `it takes ${milliseconds} ms`
  return megabytes > limits.megabytes ? `it takes ${Math.round(megabytes)} MB` : undefined
}
