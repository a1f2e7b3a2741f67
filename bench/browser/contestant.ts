import type { Page } from 'playwright-core'
import type { Job } from '../jobs.ts'
import { median } from '../measure.ts'

/** The result of a contestant. */
export interface Standing {
  /** Median over the turns. */
  readonly imagesPerSecond: number
  readonly threads: number
}

const turnMilliseconds = 2000

/** A worker in the page that takes steps. */
export class Contestant {
  readonly #page: Page
  readonly #name: string
  readonly #batch: number
  readonly #threads: number
  /** Images per second of each turn. */
  readonly speeds: number[] = []
  #stepsPerTurn = 1

  private constructor(page: Page, name: string, batch: number, threads: number) {
    this.#page = page
    this.#name = name
    this.#batch = batch
    this.#threads = threads
  }

  /** Starts and warms up. */
  static async start(page: Page, name: string, part: Job): Promise<Contestant> {
    const { threads } = await ask<{ threads: number }>(page, name, { job: part })
    const contestant = new Contestant(page, name, part.batch, threads)
    const [first] = await contestant.#take(1)
    if (first > turnMilliseconds) return contestant
    contestant.#stepsPerTurn = Math.max(1, Math.round(turnMilliseconds / median(await contestant.#take(3))))
    await contestant.#take(contestant.#stepsPerTurn)
    return contestant
  }

  async turn(): Promise<void> {
    this.speeds.push((1000 * this.#batch) / median(await this.#take(this.#stepsPerTurn)))
  }

  get standing(): Standing {
    return { imagesPerSecond: median(this.speeds), threads: this.#threads }
  }

  async #take(steps: number): Promise<number[]> {
    return (await ask<{ milliseconds: number[] }>(this.#page, this.#name, { steps })).milliseconds
  }
}

/** Sends a request to a contestant in the page: see `page.js`. */
function ask<Answer>(page: Page, name: string, request: object): Promise<Answer> {
  return page.evaluate(`ask(${JSON.stringify(name)}, ${JSON.stringify(request)})`)
}
