import { acquireAdapter } from '../../engine/executors/gpu/adapter.ts'
import { openWebGpu } from '../../engine/executors/gpu/index.ts'
import { GpuStorage } from '../../engine/executors/gpu/storage.ts'
import { matmul, multiply, realize, relu, sum, useExecutor } from '../../engine/index.ts'
import { add } from '../../engine/operations/arithmetic.ts'
import type { Variable } from '../../engine/variable.ts'
import { packageVersion } from '../../train/environment.ts'
import { productsOf } from '../operations/convolutions.ts'
import { assigned, Maps, noise, zeros } from '../operations/operation.ts'
import { stepOf } from '../trainingSteps.ts'
import type { Contestant, Task } from './contestant.ts'
import type { Work } from './work.ts'

/** Returns this engine, which computes on WebGPU from now on. */
export async function thermograd(): Promise<Contestant> {
  const { context } = await acquireAdapter()
  const { executor } = await openWebGpu()
  let operandsChange = false
  const compile = executor.compile.bind(executor)
  executor.compile = async (graph) => {
    const { size, run } = await compile(graph)
    return {
      size,
      run: (inputs) => {
        if (operandsChange) for (const input of inputs) if (input instanceof GpuStorage) input.overwritten()
        return run(inputs)
      },
    }
  }
  useExecutor(executor)
  return {
    name: 'thermograd',
    version: packageVersion(),
    prepare: (work) => {
      // The operands of single operations are variables, which never change here, so that parts would be computed only once.
      operandsChange = work.kind !== 'step'
      return work.kind === 'step' ? { run: stepOf(work.job) } : taskOf(recordingOf(work))
    },
    settle: () => context.device.queue.onSubmittedWorkDone(),
  }
}

function taskOf(record: () => readonly Variable[]): Task {
  let [result]: readonly (Variable | undefined)[] = []
  return {
    run: async () => {
      const results = record()
      result = results[0]
      await realize(...results)
    },
    result: async () => (await result!.data()) as Float32Array,
  }
}

function recordingOf(work: Exclude<Work, { kind: 'step' }>): () => Variable[] {
  switch (work.kind) {
    case 'product': {
      const [rows, depth, columns] = work.sizes
      const [a, b, c] = [noise([rows, depth]), noise([depth, columns]), zeros([rows, columns])]
      return () => [assigned(c, matmul(a, b))]
    }
    case 'sum': {
      const [x, total] = [new Maps(work.shape), zeros([work.shape[1]])]
      return () => [assigned(total, sum(x.tensor, [0, 2, 3]))]
    }
    case 'normalization': {
      const [x, y] = [new Maps(work.shape), new Maps(work.shape)]
      const [scale, shift] = [noise([work.shape[1], 1, 1]), noise([work.shape[1], 1, 1])]
      return () => [y.assign(relu(add(multiply(x.tensor, scale), shift)))]
    }
    case 'shortcut': {
      const [x, other, y] = [new Maps(work.shape), new Maps(work.shape), new Maps(work.shape)]
      return () => [y.assign(relu(add(x.tensor, other.tensor)))]
    }
    default:
      return productsOf(work.layer, work.batch)[work.kind].prepare()
  }
}
