import { createInterface } from 'node:readline'

/** A contestant's introduction, before its first step. */
export interface Introduction {
  /** Software and version, such as `{ node: '24.0.0' }`. */
  readonly versions: Readonly<Record<string, string>>
  readonly threads: number
  /** What distinguishes it from other configurations of the same software, such as a memory format. */
  readonly configuration?: string
  /** Other facts for readers of the result. */
  readonly notes?: Readonly<Record<string, unknown>>
}

/** The answer to a request for steps. */
export interface Turn {
  /** Time of each step. */
  readonly milliseconds: readonly number[]
  /** Processor time of all threads in these steps. */
  readonly cpuMilliseconds: number
  /** Peak memory of the process so far. */
  readonly peakBytes: number
}

/**
 * Runs the contestant's end of the protocol: prints its introduction as one line of JSON; for every line on standard
 * input, a number of steps and the task if there is a choice, takes them and prints one line of JSON. Ends with its input.
 * `step` returns the milliseconds that it took.
 */
export async function serve(
  introduction: Introduction,
  step: (task: string) => Promise<number>,
): Promise<void> {
  answer(introduction)
  for await (const line of createInterface({ input: process.stdin })) {
    const milliseconds: number[] = []
    const before = process.cpuUsage()
    const [, steps, task] = line.match(/^(\d+) ?(.*)$/)!
    for (let count = Number(steps); count > 0; count--) milliseconds.push(await step(task))
    const { user, system } = process.cpuUsage(before)
    const cpuMilliseconds = (user + system) / 1000
    const peakBytes = process.resourceUsage().maxRSS * 1024
    answer({ milliseconds, cpuMilliseconds, peakBytes } satisfies Turn)
  }
}

function answer(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
