import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Introduction, Turn } from './serve.ts'

/** The command that starts a contestant. */
export interface Command {
  readonly file: string
  readonly arguments: readonly string[]
  /** Variables in addition to those of this process. */
  readonly environment?: Readonly<Record<string, string>>
}

/** A contestant could not be started or did not finish. */
export class ContestantError extends Error {
  override name = 'ContestantError'
}

/** A contestant in its own process; `serve.ts` is the other end. */
export class ContestantProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #answers: AsyncIterator<string>
  /** The signal that ended the process, if one did. */
  readonly #closed: Promise<NodeJS.Signals | null>
  #complaints = ''

  private constructor({ file, arguments: given, environment }: Command) {
    this.#child = spawn(file, given, { stdio: 'pipe', env: { ...process.env, ...environment } })
    // A process that could not be started, or has ended, is noticed by its missing answers.
    this.#child.on('error', ({ message }) => (this.#complaints += message))
    this.#child.stdin.on('error', () => {})
    this.#child.stderr.on('data', (text) => (this.#complaints += text))
    this.#closed = new Promise((resolve) => this.#child.on('close', (_, signal) => resolve(signal)))
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  /** Starts a process and waits for its introduction. Throws `ContestantError` if there is none. */
  static async start(
    command: Command,
  ): Promise<{ contestant: ContestantProcess; introduction: Introduction }> {
    const contestant = new ContestantProcess(command)
    return { contestant, introduction: (await contestant.#answer()) as Introduction }
  }

  /** Requests steps, of one of its tasks if it has several. */
  async take(steps: number, task = ''): Promise<Turn> {
    this.#child.stdin.write(`${`${steps} ${task}`.trim()}\n`)
    return (await this.#answer()) as Turn
  }

  end(): void {
    this.#child.stdin.end()
    this.#child.kill()
  }

  async #answer(): Promise<unknown> {
    for (let line = await this.#answers.next(); !line.done; line = await this.#answers.next()) {
      if (line.value.startsWith('{')) return JSON.parse(line.value)
    }
    const signal = await this.#closed
    throw new ContestantError(signal === null ? lastWords(this.#complaints) : `it was ended by ${signal}`)
  }
}

/** Returns the line of a stack trace with the error message. */
function lastWords(complaints: string): string {
  const lines = complaints.trim().split('\n')
  return (
    (lines.findLast((line) => /^\S*Error\b/.test(line)) ?? lines.at(-1)!).trim() || 'it ended without output'
  )
}
