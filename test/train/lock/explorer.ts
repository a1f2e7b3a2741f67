import type { Surroundings } from '../../../train/runFolder/lock.ts'

/** Somebody who wants a folder: the promise is of a function that gives it back. */
export type Locking = (folder: string, surroundings: Surroundings) => Promise<() => Promise<void>>

/** Who contends for a folder. */
export interface Contest {
  readonly locking: Locking
  /** When each process came, in ms; processes whose names come later in the alphabet stand later. */
  readonly since: readonly number[]
  /** Locks that dead processes have left behind. */
  readonly stale: readonly { readonly name: string; readonly text: string }[]
  /** At most so many processes are killed. */
  readonly crashes: number
}

/** How one order of steps ended. */
export interface Ending {
  readonly owned: number
  readonly crashed: number
  readonly lostPatience: boolean
  readonly files: readonly string[]
}

/** What a process waits for: `take` does its next step, one way or the other. */
interface Step {
  readonly ways: readonly string[]
  take(way: string): void
}

interface Process {
  state: 'running' | 'owner' | 'ended' | 'crashed'
  step?: Step | undefined
  /** All that the process has seen, which decides where in its program it is. */
  seen: string
  hasOwned: boolean
  lostPatience: boolean
}

/** Of a process, and of what a crash is called. */
type Choice = readonly [process: number, way: string]

/**
 * Lets processes contend over files in memory, one step at a time, in every order and with a crash before every step. A
 * list of names is not made in one moment: what comes or goes meanwhile may be in it or not. Throws for an order in which
 * two own the folder at once. Returns how the others ended.
 */
export async function explore(contest: Contest): Promise<Ending[]> {
  const known = new Set<string>()
  const endings: Ending[] = []
  const open: Choice[][] = [[]]
  for (let choices = open.pop(); choices !== undefined; choices = open.pop()) {
    const world = new World(contest)
    await world.settle()
    for (const choice of choices) await world.take(choice)
    // Goes on to the end from here; other ways from each state on the way are left for later.
    while (!known.has(world.key)) {
      known.add(world.key)
      if (world.owners > 1)
        throw new Error(`two owners after ${choices.map((choice) => choice.join(' ')).join(', ')}`)
      const [first, ...others] = world.choices
      for (const choice of others) open.push([...choices, choice])
      if (first === undefined) {
        endings.push(world.ending)
        break
      }
      choices = [...choices, first]
      await world.take(first)
    }
  }
  return endings
}

class World {
  readonly #contest: Contest
  /** The names of those that are there. */
  readonly #files: Set<string>
  /** Of all that ever were. */
  readonly #texts: Map<string, string>
  readonly #processes: Process[]
  #becameIdle: () => void = () => {}

  constructor(contest: Contest) {
    this.#contest = contest
    this.#files = new Set(contest.stale.map(({ name }) => name))
    this.#texts = new Map(contest.stale.map(({ name, text }) => [name, text]))
    this.#processes = contest.since.map(() => ({
      state: 'running',
      seen: '',
      hasOwned: false,
      lostPatience: false,
    }))
  }

  /** Begins all programs, each up to its first step. */
  async settle(): Promise<void> {
    for (const number of this.#processes.keys()) await this.#untilIdle(() => void this.#run(number))
  }

  async take([number, way]: Choice): Promise<void> {
    const process = this.#processes[number]
    const step = process.step!
    process.step = undefined
    if (way === 'crash') process.state = 'crashed'
    else await this.#untilIdle(() => step.take(way))
  }

  get choices(): Choice[] {
    const crashed = this.#processes.filter(({ state }) => state === 'crashed').length
    return this.#processes.flatMap(({ step }, number) => {
      if (step === undefined) return []
      const ways = crashed < this.#contest.crashes ? [...step.ways, 'crash'] : step.ways
      return ways.map((way) => [number, way] as const)
    })
  }

  get owners(): number {
    return this.#processes.filter(({ state }) => state === 'owner').length
  }

  get key(): string {
    return JSON.stringify([[...this.#files].sort(), this.#processes.map(({ state, seen }) => [state, seen])])
  }

  get ending(): Ending {
    const count = (which: (process: Process) => boolean) => this.#processes.filter(which).length
    return {
      owned: count(({ hasOwned }) => hasOwned),
      crashed: count(({ state }) => state === 'crashed'),
      lostPatience: count(({ lostPatience }) => lostPatience) > 0,
      files: [...this.#files],
    }
  }

  /** Until the process that this sets going waits for a step, or has ended. */
  #untilIdle(go: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#becameIdle = resolve
      go()
    })
  }

  async #run(number: number): Promise<void> {
    const process = this.#processes[number]
    try {
      const release = await this.#contest.locking('', this.#surroundingsOf(number))
      process.state = 'owner'
      process.hasOwned = true
      await this.#step(number, () => '')
      process.state = 'running'
      await release()
    } catch {
      // It was refused.
    }
    process.state = 'ended'
    this.#becameIdle()
  }

  /** Waits for the turn of a process, then does something with the files, in one of these ways. */
  #step<T>(number: number, work: (way: string) => T, ways = (): readonly string[] => ['go']): Promise<T> {
    const process = this.#processes[number]
    return new Promise((resolve, reject) => {
      process.step = {
        get ways() {
          return ways()
        },
        take(way) {
          try {
            const result = work(way)
            process.seen += `;${result}`
            resolve(result)
          } catch (error) {
            process.seen += `;${error}`
            reject(error)
          }
        },
      }
      this.#becameIdle()
    })
  }

  #surroundingsOf(number: number): Surroundings {
    const [files, texts, process] = [this.#files, this.#texts, this.#processes[number]]
    const step = <T>(work: () => T) => this.#step(number, work)
    const { since } = this.#contest
    const patience = 2
    let pauses = 0
    return {
      self: { process: number, host: 'here', began: '', since: since[number] },
      isAlive: ({ process: other }) => {
        const state = this.#processes[other]?.state
        return state === 'running' || state === 'owner'
      },
      newName: () => `lock-${String(number).padStart(16, '0')}`,
      write: (path, text) =>
        step(() => {
          files.add(nameIn(path))
          texts.set(nameIn(path), text)
        }),
      remove: (path) => step(() => void files.delete(nameIn(path))),
      locks: async () => {
        // What was there at first decides which lists are possible, but nothing once there is a list.
        const seen = process.seen
        const [, ...before] = (await step(() => ['from', ...[...files].sort()].join())).split(',')
        const lists = () => {
          const least = before.filter((name) => files.has(name))
          const most = [...new Set([...before, ...files])].sort()
          return [...new Set([least.join(), most.join()])]
        }
        const list = await this.#step(
          number,
          (way) => {
            process.seen = seen
            return way
          },
          lists,
        )
        return new Map([...texts].filter(([name]) => list.split(',').includes(name)))
      },
      pause: () =>
        step(() => {
          process.lostPatience = ++pauses === patience
        }),
      patience,
    }
  }
}

function nameIn(path: string): string {
  return path.replace(/^.*[/\\]/, '')
}
