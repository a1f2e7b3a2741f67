import { median, type Spread, spreadOf } from './measure.ts'
import { type Command, ContestantProcess } from './process.ts'
import type { Introduction } from './serve.ts'

/** How a contestant did. */
export interface Standing extends Introduction {
  /** The median over the turns. */
  readonly imagesPerSecond: number
  /** Images per second, turn by turn. */
  readonly turns: readonly number[]
  /** The most memory that its process held. */
  readonly peakMebibytes: number
}

export interface ContestOptions {
  /** Images a step. */
  readonly batch: number
  /** How long the contest may last after the warm-up. It has one round at least. */
  readonly seconds: number
}

/** How long a turn should be: long beside the time in which a core changes its frequency. */
const turnMilliseconds = 2000

/**
 * Processes that take the same steps in turns, so that a busy machine hits all: in the order given, then the other way
 * round, and so on. Only one works at a time. Throws `ContestantError` where one cannot.
 */
export async function contest(
  commands: readonly Command[],
  { batch, seconds }: ContestOptions,
): Promise<Standing[]> {
  const contestants: Contestant[] = []
  try {
    for (const command of commands) contestants.push(await Contestant.start(command, batch))
    const end = performance.now() + 1000 * seconds
    do {
      for (const contestant of contestants) await contestant.turn()
      contestants.reverse()
    } while (performance.now() < end)
    // In the order given again.
    if (contestants[0].turns.length % 2 === 1) contestants.reverse()
    return contestants.map((contestant) => contestant.standing())
  } finally {
    for (const contestant of contestants) contestant.end()
  }
}

/** How much faster one was than another, round by round. */
export function ratioOf(one: Standing, other: Standing): Spread {
  return spreadOf(one.turns.map((speed, round) => speed / other.turns[round]))
}

class Contestant {
  readonly turns: number[] = []
  readonly #process: ContestantProcess
  readonly #introduction: Introduction
  readonly #batch: number
  #stepsPerTurn = 1
  #peakBytes = 0

  private constructor(process: ContestantProcess, introduction: Introduction, batch: number) {
    this.#process = process
    this.#introduction = introduction
    this.#batch = batch
  }

  /** Starts and warms up: the first step plans and compiles, further ones show how many make a turn, then one turn. */
  static async start(command: Command, batch: number): Promise<Contestant> {
    const { contestant: process, introduction } = await ContestantProcess.start(command)
    const contestant = new Contestant(process, introduction, batch)
    const [first] = (await process.take(1)).milliseconds
    if (first > 10 * turnMilliseconds) return contestant
    const { milliseconds } = await process.take(3)
    contestant.#stepsPerTurn = Math.max(1, Math.round(turnMilliseconds / median(milliseconds)))
    await process.take(contestant.#stepsPerTurn)
    return contestant
  }

  async turn(): Promise<void> {
    const { milliseconds, peakBytes } = await this.#process.take(this.#stepsPerTurn)
    this.turns.push((1000 * this.#batch) / median(milliseconds))
    this.#peakBytes = peakBytes
  }

  standing(): Standing {
    const peakMebibytes = Math.round(this.#peakBytes / 2 ** 20)
    return {
      imagesPerSecond: median(this.turns),
      turns: this.turns,
      peakMebibytes,
      ...this.#introduction,
    }
  }

  end(): void {
    this.#process.end()
  }
}
