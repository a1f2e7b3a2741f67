import { createInterface } from 'node:readline'

/** What a contestant says of itself before its first step. */
export interface Introduction {
  /** Software and version, as `{ node: '24.0.0' }`. */
  readonly versions: Readonly<Record<string, string>>
  readonly threads: number
  /** Anything else that a reader of the result should know. */
  readonly notes?: object
}

/** The answer to a request for steps. */
export interface Turn {
  /** How long each step took. */
  readonly milliseconds: readonly number[]
  /** Processor time of all threads in these steps. */
  readonly cpuMilliseconds: number
  /** The most memory that the process has held so far. */
  readonly peakBytes: number
}

/**
 * The contestant's side of a contest: one line of JSON introduces it; for every line on standard input, a number of
 * steps, it takes so many and answers with one line of JSON. It ends when its input ends.
 */
export async function serve(introduction: Introduction, step: () => void | Promise<void>): Promise<void> {
  answer(introduction)
  for await (const line of createInterface({ input: process.stdin })) {
    const milliseconds: number[] = []
    const before = process.cpuUsage()
    for (let count = Number(line); count > 0; count--) {
      const start = performance.now()
      await step()
      milliseconds.push(performance.now() - start)
    }
    const { user, system } = process.cpuUsage(before)
    const cpuMilliseconds = (user + system) / 1000
    const peakBytes = process.resourceUsage().maxRSS * 1024
    answer({ milliseconds, cpuMilliseconds, peakBytes } satisfies Turn)
  }
}

function answer(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
