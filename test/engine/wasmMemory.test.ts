import { describe, expect, it } from 'vitest'
import { wasm } from '../../engine/executors/wasm/index.ts'
import { WasmMemory } from '../../engine/executors/wasm/memory/storage.ts'
import { compileProgram } from '../../engine/executors/wasm/program.ts'
import { ThreadPool } from '../../engine/executors/wasm/threads/threadPool.ts'
import { tensor } from '../../engine/index.ts'
import { graphOf, record } from '../../engine/plan/graph.ts'

const gibibyte = 2 ** 30

describe('memory of the wasm executor', () => {
  const executor = wasm({ threads: 1 })

  it('should be used beyond two gibibytes', async () => {
    const memory = new WasmMemory(executor)
    memory.allocate('float32', (2.5 * gibibyte) / 4)
    const x = tensor([1, 2, 3])
    const graph = graphOf(record([{ node: x.add(x).multiply(x).node, destination: 'host' }]))
    const program = await compileProgram(graph, memory, new ThreadPool(memory.heap.memory, 1), executor.modes)
    const [result] = await program.run([Float32Array.of(1, 2, 3)])
    expect(result).toEqual(Float32Array.of(2, 8, 18))
    const [stored] = [memory.allocate('int32', 2)]
    expect(stored.address).toBeGreaterThan(2 * gibibyte)
    memory.write(stored.address, Int32Array.of(4, 5))
    expect(memory.read(stored.address, 'int32', 2)).toEqual(Int32Array.of(4, 5))
  })

  it('should say when it is full, and go on with smaller blocks', () => {
    const { heap } = new WasmMemory(executor)
    heap.allocate(3 * gibibyte)
    expect(() => heap.allocate(2 * gibibyte)).toThrow(
      /^wasm: the computation needs 53\d+ bytes, more than WebAssembly memory can hold: use smaller batches$/,
    )
    expect(heap.allocate(gibibyte / 2)).toBeLessThan(4 * gibibyte)
  })
})
