import { relativeError } from '../measure.ts'
import type { Contestant, Task } from './contestant.ts'
import { type Counts, countsOf } from './counts.ts'
import type { Work } from './work.ts'

/** What one contestant needs for some work. */
export interface Measurement {
  readonly contestant: string
  /** Time of one run until the GPU has finished, the shortest of all turns. */
  readonly milliseconds: number
  /** Processor time of this process in one run, the least of all turns. On a software GPU this is the work itself. */
  readonly cpuMilliseconds: number
  /** Calls of WebGPU in one run, after the first ones. */
  readonly counts: Counts
  /** ‖result − that of the first contestant‖ / ‖that of the first‖. Missing for steps, whose networks are random. */
  readonly difference?: number
}

export interface Failure {
  readonly contestant: string
  readonly failure: string
}

/** Time of a turn, in which short work is repeated: long compared with the resolution of the processor's clock. */
const turnMilliseconds = 60

/**
 * Measures contestants with the same work in alternating turns, so other load affects all of them: at least three turns
 * each, and more until `seconds` have passed. A contestant that cannot do the work is reported as such.
 */
export async function sideBySide(
  contestants: readonly Contestant[],
  work: Work,
  seconds: number,
): Promise<(Measurement | Failure)[]> {
  const entries: (Entry | Failure)[] = []
  try {
    for (const contestant of contestants) entries.push(await enter(contestant, work))
    const entered = entries.filter((entry) => entry instanceof Entry)
    const end = performance.now() + 1000 * seconds
    for (let turn = 0; turn < 3 || performance.now() < end; turn++) {
      for (const entry of entered) await entry.turn()
      entered.reverse()
    }
    const measurements: (Measurement | Failure)[] = []
    let wanted: readonly number[] | undefined
    for (const entry of entries) {
      if (!(entry instanceof Entry)) {
        measurements.push(entry)
        continue
      }
      const result = await entry.result()
      const difference = result && wanted && { difference: relativeError(result, wanted) }
      wanted ??= result
      measurements.push({ ...(await entry.measurement()), ...difference })
    }
    return measurements
  } finally {
    for (const entry of entries) if (entry instanceof Entry) entry.end()
  }
}

async function enter(contestant: Contestant, work: Work): Promise<Entry | Failure> {
  try {
    const entry = new Entry(contestant, await contestant.prepare(work))
    await entry.warmUp()
    return entry
  } catch (error) {
    return { contestant: contestant.name, failure: error instanceof Error ? error.message : String(error) }
  }
}

/** A contestant with some work. */
class Entry {
  readonly #contestant: Contestant
  readonly #task: Task
  #repetitions = 1
  #milliseconds = Number.POSITIVE_INFINITY
  #cpuMilliseconds = Number.POSITIVE_INFINITY

  constructor(contestant: Contestant, task: Task) {
    this.#contestant = contestant
    this.#task = task
  }

  /** Compiles, and finds out how often to repeat the work in a turn. */
  async warmUp(): Promise<void> {
    await this.#run(1)
    const start = performance.now()
    await this.#run(1)
    const once = performance.now() - start
    this.#repetitions = Math.min(100, Math.max(1, Math.ceil(turnMilliseconds / once)))
  }

  async turn(): Promise<void> {
    const [start, cpuStart] = [performance.now(), process.cpuUsage()]
    await this.#run(this.#repetitions)
    const { user, system } = process.cpuUsage(cpuStart)
    this.#milliseconds = Math.min(this.#milliseconds, (performance.now() - start) / this.#repetitions)
    this.#cpuMilliseconds = Math.min(this.#cpuMilliseconds, (user + system) / 1000 / this.#repetitions)
  }

  async measurement(): Promise<Measurement> {
    return {
      contestant: this.#contestant.name,
      milliseconds: this.#milliseconds,
      cpuMilliseconds: this.#cpuMilliseconds,
      counts: await countsOf(async () => await this.#task.run()),
    }
  }

  async result(): Promise<readonly number[] | undefined> {
    const result = await this.#task.result?.()
    return result && [...result]
  }

  end(): void {
    this.#task.end?.()
  }

  async #run(repetitions: number): Promise<void> {
    for (let run = 0; run < repetitions; run++) await this.#task.run()
    await this.#contestant.settle()
  }
}
