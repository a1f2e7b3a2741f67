import { busyMilliseconds } from './machine.ts'
import { median, type Spread, spreadOf } from './measure.ts'
import { type Command, ContestantProcess } from './process.ts'
import type { Introduction } from './serve.ts'

/** The result of a contestant. */
export interface Standing extends Introduction {
  /** Median over the quiet turns, or over all if there are none. */
  readonly imagesPerSecond: number
  readonly turns: readonly Turn[]
  /** Peak memory of its process. */
  readonly peakMebibytes: number
}

interface Turn {
  readonly imagesPerSecond: number
  /** Average number of processors that other processes kept busy during the turn. */
  readonly disturbance: number
}

export interface ContestOptions {
  /** Images per step. */
  readonly batch: number
  /** Limit of the contest after the warm-up. It has at least three rounds, because a single ratio has no spread. */
  readonly seconds: number
}

const leastRounds = 3

/** Target length of a turn: long compared with the time in which a core changes its frequency. */
const turnMilliseconds = 2000

/**
 * Runs processes that alternately take the same steps, so changes on the machine affect all: in the given order, then in
 * reverse, and so on. Only one works at a time. Throws `ContestantError` if one cannot.
 */
export async function contest(
  commands: readonly Command[],
  { batch, seconds }: ContestOptions,
): Promise<Standing[]> {
  const contestants: Contestant[] = []
  try {
    for (const command of commands) contestants.push(await Contestant.start(command, batch))
    const end = performance.now() + 1000 * seconds
    const order = [...contestants]
    for (let round = 0; round < leastRounds || performance.now() < end; round++) {
      for (const contestant of order) await contestant.turn()
      order.reverse()
    }
    return contestants.map((contestant) => contestant.standing())
  } finally {
    for (const contestant of contestants) contestant.end()
  }
}

/** One of several commands for the same work, with its result in a contest between them. */
export interface Candidate {
  readonly command: Command
  /** Missing if there was no other candidate. */
  readonly standing?: Standing
}

/** Returns commands for the same work, fastest first, after a contest between them if there are several. */
export async function fastestFirst(
  commands: readonly Command[],
  options: ContestOptions,
): Promise<Candidate[]> {
  if (commands.length === 1) return [{ command: commands[0] }]
  const standings = await contest(commands, options)
  return standings
    .map((standing, i) => ({ command: commands[i], standing }))
    .sort((a, b) => b.standing.imagesPerSecond - a.standing.imagesPerSecond)
}

/** Above this, a turn counts as disturbed by other processes. */
const tolerableDisturbance = 0.1

/**
 * Returns the rounds without disturbed turns. Even alternating turns are unfair on a busy machine: software whose threads
 * wait for each other suffers most.
 */
function quietRounds(...standings: readonly Pick<Standing, 'turns'>[]): number[] {
  const rounds = [...standings[0].turns.keys()]
  return rounds.filter((round) =>
    standings.every(({ turns }) => turns[round].disturbance < tolerableDisturbance),
  )
}

/** Returns the quiet rounds, or all if there are none. */
function roundsThatCount(...standings: readonly Pick<Standing, 'turns'>[]): number[] {
  const quiet = quietRounds(...standings)
  return quiet.length > 0 ? quiet : [...standings[0].turns.keys()]
}

/** Returns the ratio of speeds in the quiet rounds, or in all if there are none, and how many were quiet. */
export function ratioOf(one: Standing, other: Standing): Spread & { readonly rounds: string } {
  const ratios = roundsThatCount(one, other).map(
    (round) => one.turns[round].imagesPerSecond / other.turns[round].imagesPerSecond,
  )
  return { ...spreadOf(ratios), rounds: `${quietRounds(one, other).length} of ${one.turns.length}` }
}

class Contestant {
  readonly #process: ContestantProcess
  readonly #introduction: Introduction
  readonly #batch: number
  readonly #turns: Turn[] = []
  #stepsPerTurn = 1
  #peakBytes = 0

  private constructor(process: ContestantProcess, introduction: Introduction, batch: number) {
    this.#process = process
    this.#introduction = introduction
    this.#batch = batch
  }

  /** Starts and warms up: one step plans and compiles, three determine the steps per turn, then follows one such turn. */
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
    const [start, busy] = [performance.now(), busyMilliseconds()]
    const { milliseconds, cpuMilliseconds, peakBytes } = await this.#process.take(this.#stepsPerTurn)
    const others = busyMilliseconds() - busy - cpuMilliseconds
    this.#turns.push({
      imagesPerSecond: (1000 * this.#batch) / median(milliseconds),
      disturbance: Math.max(0, others / (performance.now() - start)),
    })
    this.#peakBytes = peakBytes
  }

  standing(): Standing {
    const turns = this.#turns
    return {
      imagesPerSecond: median(roundsThatCount({ turns }).map((round) => turns[round].imagesPerSecond)),
      turns,
      peakMebibytes: Math.round(this.#peakBytes / 2 ** 20),
      ...this.#introduction,
    }
  }

  end(): void {
    this.#process.end()
  }
}
