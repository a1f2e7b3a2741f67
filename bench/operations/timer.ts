import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { realize, useExecutor } from '../../engine/index.ts'
import { Stopwatch } from '../stopwatch.ts'
import type { Operation } from './operation.ts'

const stopwatch = new Stopwatch()

/** Runs an operation again and again, and measures its kernels. */
export class OperationTimer {
  readonly #record: ReturnType<Operation['prepare']>
  /** Each run may allocate new memory for its result. */
  readonly #runsBetweenCollections: number
  #runs = 0

  constructor({ prepare, bytes }: Operation) {
    useExecutor(stopwatch.executor)
    this.#record = prepare()
    this.#runsBetweenCollections = Math.ceil(5e8 / bytes)
  }

  /** Returns the milliseconds of the kernels in one run, with or without the thread pool: the executor tries both. */
  async run(): Promise<number> {
    if (this.#runs++ % this.#runsBetweenCollections === 0) await collectGarbage()
    await realize(...this.#record())
    return stopwatch.lap().computing
  }
}

/** The executor reclaims memory soon after the garbage collector has found it unused. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  await setTimeout(20)
}
