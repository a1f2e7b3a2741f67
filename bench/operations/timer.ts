import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { bytesPerElement } from '../../engine/executors/wasm/kernels/lanes.ts'
import { add, realize, useExecutor } from '../../engine/index.ts'
import { Stopwatch } from '../stopwatch.ts'
import { assigned, type Operation, zeros } from './operation.ts'

/** The operands of operations are variables, which never change here but always do in a training. */
const stopwatch = new Stopwatch({}, { inputsChange: true })

/** Bytes of operands and results in use before garbage is collected. */
const bytesBetweenCollections = 5e8

/** Lets the executor's memory grow to its size in the measurements; otherwise the first operations would pay for that. */
export async function growMemory(): Promise<void> {
  const bytes = 1.2 * bytesBetweenCollections
  const prepare = () => {
    const values = zeros([bytes / bytesPerElement])
    return () => [assigned(values, add(values, 1))]
  }
  await new OperationTimer({ name: 'memory', flops: 0, bytes, prepare }).run()
}

/** Runs an operation again and again, and measures its kernels. */
export class OperationTimer {
  readonly #record: ReturnType<Operation['prepare']>
  /** Each run may allocate new memory for its result. */
  readonly #runsBetweenCollections: number
  #runs = 0

  constructor({ prepare, bytes }: Operation) {
    useExecutor(stopwatch.executor)
    this.#record = prepare()
    this.#runsBetweenCollections = Math.ceil(bytesBetweenCollections / bytes)
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
