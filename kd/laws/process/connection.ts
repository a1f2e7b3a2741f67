import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { InvalidInputError } from '../../../base/errors.ts'
import { type Call, readLine, writeLine } from './protocol.ts'

export interface ConnectionOptions {
  /** The time, in seconds, in which each request must be answered. */
  readonly timeLimit: number
  /** The time, in seconds, in which the first line must arrive. */
  readonly startLimit: number
  /** Receives what the process writes to stderr. */
  readonly stderr: (text: string) => void
}

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/**
 * A process that answers calls. Calls that are made before the event loop turns travel in one request. If the process
 * ends, is silent or writes anything but replies, all calls reject with the sentence that says so, which `failure` keeps.
 */
export class Connection {
  readonly #command: string
  readonly #options: ConnectionOptions
  readonly #child: ChildProcess
  readonly #requests = new Map<number, readonly Pending[]>()
  #queue: { readonly call: Call; readonly pending: Pending }[] = []
  #count = 0
  #isGreeted = false
  #lastWords = ''
  #timer: NodeJS.Timeout | undefined
  #greet!: (line: unknown) => void
  #refuse!: (error: Error) => void
  /** The first line of the process. */
  readonly greeting: Promise<unknown>
  failure: InvalidInputError | undefined

  /** Runs a command line in a shell. */
  constructor(command: string, options: ConnectionOptions) {
    this.#command = command
    this.#options = options
    // In a group of its own, so that what the shell started ends with it.
    this.#child = spawn(command, { shell: true, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
    this.greeting = new Promise((resolve, reject) => {
      this.#greet = resolve
      this.#refuse = reject
    })
    const { stdin, stdout, stderr } = this.#child
    createInterface({ input: stdout! }).on('line', (line) => this.#receive(line))
    stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-2000)
      options.stderr(text)
    })
    // A process that ends while it is written to: 'close' tells more.
    stdin!.on('error', () => {})
    this.#child.on('error', (error) => this.#fail(`could not be started: ${error.message}`))
    this.#child.on('close', (code, signal) => this.#fail(this.#endedWith(code, signal)))
    process.on('exit', this.close)
    this.#expectWithin(options.startLimit, 'its first line')
  }

  call(call: Call): Promise<unknown> {
    if (this.failure) return Promise.reject(this.failure)
    return new Promise((resolve, reject) => {
      if (this.#queue.length === 0) setImmediate(() => this.#send())
      this.#queue.push({ call, pending: { resolve, reject } })
    })
  }

  /** Says why the process cannot be used, and ends it. */
  fail(what: string): InvalidInputError {
    this.#fail(what)
    return this.failure!
  }

  /** Ends the process and everything that it started. */
  readonly close = (): void => {
    process.off('exit', this.close)
    clearTimeout(this.#timer)
    this.failure ??= this.#errorOf('has been closed')
    const { pid } = this.#child
    if (pid === undefined || this.#child.exitCode !== null) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      this.#child.kill('SIGKILL')
    }
  }

  #send(): void {
    const queue = this.#queue
    this.#queue = []
    if (this.failure) return
    const id = ++this.#count
    this.#requests.set(
      id,
      queue.map(({ pending }) => pending),
    )
    this.#child.stdin!.write(writeLine({ id, calls: queue.map(({ call }) => call) }))
    this.#expectWithin(this.#options.timeLimit, 'an answer')
  }

  #receive(line: string): void {
    if (this.failure) return
    clearTimeout(this.#timer)
    const message = parsed(line)
    const quoted = line.slice(0, 80)
    if (message === undefined) {
      this.#fail(
        `wrote '${quoted}' to stdout, where only replies in JSON are allowed: it should print to stderr`,
      )
    } else if (this.#isGreeted) {
      const answers = answersOf(message, this.#requests)
      if (typeof answers === 'string') this.#fail(`${answers}: '${quoted}'`)
      else this.#settle(answers)
    } else {
      this.#isGreeted = true
      this.#greet(message)
    }
  }

  #settle(answers: readonly Answer[]): void {
    if (this.#requests.size > 0) this.#expectWithin(this.#options.timeLimit, 'an answer')
    for (const { pending, result } of answers) {
      if ('error' in result) pending.reject(remoteError(result))
      else pending.resolve(result.value)
    }
  }

  #expectWithin(seconds: number, what: string): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#fail(`did not write ${what} within ${seconds} s`), 1000 * seconds)
  }

  #endedWith(code: number | null, signal: NodeJS.Signals | null): string {
    const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`
    const last = this.#lastWords.trim().split('\n').at(-1)
    return last ? `${how}; the last line of its stderr: ${last.trim()}` : how
  }

  #errorOf(what: string): InvalidInputError {
    return new InvalidInputError(`laws: the process '${this.#command}' ${what}`)
  }

  #fail(what: string): void {
    if (this.failure) return
    this.failure = this.#errorOf(what)
    this.#refuse(this.failure)
    for (const { reject } of [...this.#requests.values()].flat()) reject(this.failure)
    for (const { pending } of this.#queue) pending.reject(this.failure)
    this.#requests.clear()
    this.close()
  }
}

function parsed(line: string): unknown {
  try {
    return readLine(line)
  } catch {
    return undefined
  }
}

interface Answer {
  readonly pending: Pending
  readonly result: { readonly value: unknown } | RemoteError
}

/** What a call threw in the process. */
interface RemoteError {
  readonly error: unknown
  readonly stack: unknown
}

/** Its stack is that of the process. */
function remoteError({ error, stack }: RemoteError): Error {
  const thrown = new Error(String(error))
  thrown.name = ''
  thrown.stack = typeof stack === 'string' ? stack : ''
  return thrown
}

/** Matches a reply with its request, which it removes; or says what is wrong with the reply. */
function answersOf(message: unknown, requests: Map<number, readonly Pending[]>): Answer[] | string {
  if (!isRecord(message) || typeof message['id'] !== 'number' || !Array.isArray(message['results']))
    return "wrote a line that is not a reply, an object with 'id' and 'results'"
  const { id, results } = message
  const pending = requests.get(id)
  if (pending === undefined) return `replied to the request ${id}, which it was not asked`
  if (results.length !== pending.length)
    return `replied with ${results.length} results to a request of ${pending.length} calls`
  requests.delete(id)
  return pending.map((each, i) => ({ pending: each, result: resultOf(results[i]) }))
}

function resultOf(result: unknown): Answer['result'] {
  if (isRecord(result) && 'error' in result) return { error: result['error'], stack: result['stack'] }
  if (isRecord(result) && 'value' in result) return { value: result['value'] }
  return { error: "the process replied with a result that has neither 'value' nor 'error'", stack: '' }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
