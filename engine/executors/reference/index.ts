import { convertHost, type DType, dtypeOf, type HostArray } from '../../dtype.ts'
import type { Executor, Program, Result } from '../../executor.ts'
import type { Storage } from '../../node.ts'
import type { Graph } from '../../plan/graph.ts'
import { evaluate } from './evaluate.ts'

/** Elements in this executor's memory. Overwriting puts another array in the place of the old one. */
class ReferenceStorage implements Storage {
  readonly executor: Executor
  readonly dtype: DType
  values: Float64Array

  constructor(executor: Executor, dtype: DType, values: Float64Array) {
    this.executor = executor
    this.dtype = dtype
    this.values = values
  }
}

/**
 * The executor that defines what every primitive means: plain TypeScript, one operation after the other. All numbers
 * are float64, so float32 tensors are not rounded here until they are read.
 */
class ReferenceExecutor implements Executor {
  readonly name = 'reference'
  readonly modes = {}

  /** A program keeps nothing between runs and lays out no memory: each operation is a kernel with an array of its own. */
  async compile(graph: Graph): Promise<Program> {
    return {
      size: { kernels: graph.operations.length, arenaBytes: 0 },
      run: async (inputs) => this.#run(graph, inputs as readonly (HostArray | ReferenceStorage)[]),
    }
  }

  async upload(data: HostArray): Promise<Storage> {
    return new ReferenceStorage(this, dtypeOf(data), new Float64Array(data))
  }

  async read(storage: Storage): Promise<HostArray> {
    const { dtype, values } = storage as ReferenceStorage
    return convertHost(dtype, values)
  }

  #run(graph: Graph, inputs: readonly (HostArray | ReferenceStorage)[]): Result[] {
    const operands = inputs.map((input) =>
      input instanceof ReferenceStorage ? input.values : new Float64Array(input),
    )
    const outputs = evaluate(graph, operands)
    // Only now that all is computed may a variable's memory take its new value.
    return graph.outputs.map(({ destination }, i): Result => {
      const { values, dtype } = outputs[i]
      if (destination === 'host') return convertHost(dtype, values)
      if (destination === 'kept') return new ReferenceStorage(this, dtype, values)
      const overwritten = inputs[destination.overwrites] as ReferenceStorage
      overwritten.values = values
      return undefined
    })
  }
}

/** A new reference executor. */
export function reference(): Executor {
  return new ReferenceExecutor()
}
