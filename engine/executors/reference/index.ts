import { convertHost, type DType, dtypeOf, type HostArray } from '../../dtype.ts'
import type { Executor, Program, Result } from '../../executor.ts'
import type { Storage } from '../../node.ts'
import type { Graph } from '../../plan/graph.ts'
import { evaluate } from './evaluate.ts'

/** Elements in this executor's memory. Overwriting replaces the array. */
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
 * The executor that defines every primitive: plain TypeScript that computes operations one by one. All numbers are float64,
 * so float32 tensors are rounded only when they are read.
 */
class ReferenceExecutor implements Executor {
  readonly name = 'reference'
  readonly modes = {}

  /** Programs keep no state and no arena: each operation is a kernel that returns an array. */
  async compile(graph: Graph): Promise<Program> {
    return {
      size: { kernels: graph.operations.length, invariantKernels: 0, arenaBytes: 0, invariantBytes: 0 },
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
    // Variables take their new values only after everything has been computed.
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

/** Creates a reference executor. */
export function reference(): Executor {
  return new ReferenceExecutor()
}
