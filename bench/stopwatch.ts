import type { Argument } from '../engine/executor.ts'
import { wasm } from '../engine/executors/wasm/index.ts'
import { dialectOf } from '../engine/executors/wasm/lowering/dialect.ts'
import { WasmStorage } from '../engine/executors/wasm/memory/storage.ts'
import type { EngineModes } from '../engine/executors/wasm/modes.ts'
import type { Executor } from '../engine/index.ts'
import type { Graph } from '../engine/plan/graph.ts'
import { schedule } from '../engine/plan/schedule.ts'
import { milliseconds } from './measure.ts'

/** Times since the last reset, in milliseconds. */
export interface Times {
  /** From graph to kernels: order, fusion, memory. */
  planning: number
  /** Generating WebAssembly, and compilation by the JavaScript engine. */
  compiling: number
  /** Upload, kernels, results. */
  computing: number
}

/** A wasm executor that measures its own time. */
export class Stopwatch {
  readonly executor: Executor
  /** The programs made so far. */
  readonly programs: { readonly graph: Graph; readonly kernels: number }[] = []
  #times: Times = { planning: 0, compiling: 0, computing: 0 }

  /** With `inputsChange`, every run computes as if all variables had changed, so also what is otherwise kept between runs. */
  constructor(modes: Partial<EngineModes> = {}, { inputsChange = false } = {}) {
    const executor = wasm(modes)
    const compile = executor.compile.bind(executor)
    executor.compile = async (graph) => {
      const planning = await milliseconds(() => schedule(graph, dialectOf(executor.modes)))
      const start = performance.now()
      const program = await compile(graph)
      // The executor has planned again, within `compile`.
      this.#times.compiling += performance.now() - start - planning
      this.#times.planning += planning
      this.programs.push({ graph, kernels: program.size.kernels })
      const run = program.run.bind(program)
      program.run = async (inputs) => {
        if (inputsChange) overwriteAll(inputs)
        const started = performance.now()
        const results = await run(inputs)
        this.#times.computing += performance.now() - started
        return results
      }
      return program
    }
    this.executor = executor
  }

  /** Returns the times since the last call, and resets them. */
  lap(): Times {
    const times = this.#times
    this.#times = { planning: 0, compiling: 0, computing: 0 }
    return times
  }
}

function overwriteAll(inputs: readonly Argument[]): void {
  for (const input of inputs) if (input instanceof WasmStorage) input.overwrite()
}
