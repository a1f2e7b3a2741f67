import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { RandomStream, streamKey } from '../../base/random.ts'
import { wasm } from '../../engine/executors/wasm/index.ts'
import { planePadding } from '../../engine/executors/wasm/kernels/winograd/planeBlock.ts'
import { Heap } from '../../engine/executors/wasm/memory/heap.ts'
import { InvariantBlocks } from '../../engine/executors/wasm/memory/invariantBlocks.ts'
import { WasmMemory } from '../../engine/executors/wasm/memory/storage.ts'
import { compileProgram } from '../../engine/executors/wasm/program.ts'
import { ThreadPool } from '../../engine/executors/wasm/threads/threadPool.ts'
import {
  arange,
  conv2d,
  type Executor,
  planOf,
  realizeOn,
  type Tensor,
  tensor,
  type Variable,
  variable,
} from '../../engine/index.ts'
import { graphOf, record } from '../../engine/plan/graph.ts'
import { sizeOf } from '../../engine/shape.ts'
import { reference } from './numbers.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const shapes = { filters: [16, 16, 3, 3], others: [16, 16, 3, 3], scale: [16], matrix: [16, 16] } as const
type Name = keyof typeof shapes
type Weights = Record<Name, Variable>

function noise(shape: readonly number[], seed: number): Tensor {
  const stream = new RandomStream(streamKey(seed, 'noise'))
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => stream.normal() / 4),
    { shape },
  )
}

/** Graphs in which some kernels depend on weights alone, or on constants alone. */
const graphs: readonly ((weights: Weights, seed: number) => Tensor)[] = [
  ({ filters }, seed) => conv2d(noise([2, 16, 8, 8], seed), filters, undefined, { padding: 1 }),
  ({ others }, seed) => conv2d(noise([2, 16, 7, 7], seed), others, undefined, { padding: 1, stride: 2 }),
  ({ filters, scale }, seed) => {
    const factor = scale.square().add(1).rsqrt().reshape([16, 1, 1])
    return conv2d(noise([1, 16, 8, 8], seed), filters, undefined, { padding: 1 })
      .multiply(factor)
      .relu()
  },
  ({ filters, others }, seed) =>
    conv2d(noise([1, 16, 8, 8], seed), filters.add(others), undefined, { padding: 1 }),
  ({ matrix, scale }, seed) => noise([3, 16], seed).matmul(matrix.transpose().multiply(scale)),
  ({ matrix, filters }, seed) => noise([3, 16], seed).matmul(matrix.matmul(filters.sum([2, 3]))),
  (_, seed) => noise([3, 16], seed).matmul(arange(256).reshape([16, 16]).multiply(0.01)),
]

type Command =
  | { readonly kind: 'load'; readonly name: Name; readonly seed: number }
  | { readonly kind: 'update'; readonly name: Name }
  | { readonly kind: 'exchange' }
  | { readonly kind: 'evaluate'; readonly graph: number; readonly seed: number }
  | { readonly kind: 'step'; readonly graph: number; readonly name: Name; readonly seed: number }
  | { readonly kind: 'collect' }

const names = Object.keys(shapes) as Name[]
const nameArb = fc.constantFrom(...names)
const graphArb = fc.nat(graphs.length - 1)
const seedArb = fc.nat(99)

const commandArb: fc.Arbitrary<Command> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('load'), name: nameArb, seed: seedArb }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('update'), name: nameArb }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('exchange') }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('evaluate'), graph: graphArb, seed: seedArb }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('step'), graph: graphArb, name: nameArb, seed: seedArb }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('collect') }) },
)

/** Runs the commands with weights of its own; returns every computed value. */
async function results(executor: Executor, commands: readonly Command[]): Promise<number[][]> {
  const weights = Object.fromEntries(
    names.map((name, i) => [name, variable(noise(shapes[name], i))]),
  ) as Weights
  const seen: number[][] = []
  for (const command of commands) {
    if (command.kind === 'load') weights[command.name].assign(noise(shapes[command.name], command.seed))
    else if (command.kind === 'update') {
      const weight = weights[command.name]
      weight.assign(weight.multiply(0.5).add(0.1))
      await realizeOn(executor, weight)
    } else if (command.kind === 'exchange') {
      const { filters, others } = weights
      const [before, after] = [filters.detach(), others.detach()]
      filters.assign(after)
      others.assign(before)
      await realizeOn(executor, filters, others)
    } else if (command.kind === 'collect') {
      collectGarbage()
      await new Promise((resolve) => setTimeout(resolve))
    } else {
      const result = graphs[command.graph](weights, command.seed)
      if (command.kind === 'step') {
        const weight = weights[command.name]
        weight.assign(weight.multiply(0.9).add(result.mean().multiply(0.01)))
        await realizeOn(executor, result, weight)
      }
      seen.push(Array.from(await result.data({ executor })))
    }
  }
  return seen
}

describe('kernels that depend on variables alone', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  const alone = wasm({ threads: 1, winograd: 4 })
  const three = wasm({ threads: 3, winograd: 4 })

  it('should give what the reference executor computes, whenever variables change', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(commandArb, { minLength: 4, maxLength: 24 }), async (commands) => {
        const expected = await results(reference, commands)
        const found = await results(alone, commands)
        found.forEach((values, i) => {
          const scale = Math.max(1, ...expected[i].map(Math.abs))
          const worst = Math.max(...values.map((value, j) => Math.abs(value - expected[i][j])))
          expect(worst / scale, `result ${i}`).toBeLessThan(1e-4)
        })
        expect(await results(three, commands)).toEqual(found)
      }),
      { numRuns: 15 },
    )
  })

  it('should run again only after a variable that they read has changed', async () => {
    const run = vi.spyOn(ThreadPool.prototype, 'run')
    const executor = wasm({ threads: 2, winograd: 4 })
    const [filters, others] = [variable(noise(shapes.filters, 1)), variable(noise(shapes.others, 2))]
    const evaluate = () =>
      conv2d(conv2d(noise([1, 16, 8, 8], 3), filters, undefined, { padding: 1 }), others, undefined, {
        padding: 1,
      })
    const renewed = async () => {
      await evaluate().data({ executor })
      return run.mock.lastCall![2]
    }
    // The transform of each variable's filters.
    expect((await planOf(executor, evaluate())).invariantKernels).toBe(2)
    expect(await renewed()).toHaveLength(2)
    expect(await renewed()).toEqual([])
    others.assign(others.multiply(2))
    await realizeOn(executor, others)
    expect(await renewed()).toHaveLength(1)
    expect(await renewed()).toEqual([])
    filters.assign(noise(shapes.filters, 4))
    others.assign(noise(shapes.others, 5))
    expect(await renewed()).toHaveLength(2)
    expect(await renewed()).toEqual([])
    const { claim } = InvariantBlocks.prototype
    vi.spyOn(InvariantBlocks.prototype, 'claim').mockImplementationOnce(function (
      this: InvariantBlocks,
      ...program
    ) {
      return { ...claim.apply(this, program), isNew: true }
    })
    expect(await renewed()).toHaveLength(2)
  })

  it('should use no more memory, however often they run', async () => {
    const memory = new WasmMemory(alone)
    const shape = [16, 16, 3, 3]
    const weight = variable(noise(shape, 1))
    const maps = noise([1, 16, 8, 8], 2)
    const result = conv2d(maps, weight, undefined, { padding: 1 })
    const recording = record([{ node: result.node, destination: 'host' }])
    const { modes } = wasm({ threads: 1, winograd: 4 })
    const pool = new ThreadPool(memory.heap.memory, 1)
    const program = await compileProgram(graphOf(recording), memory, pool, modes)
    const filters = memory.allocate('float32', sizeOf(shape))
    const elements = await maps.data({ executor: reference })
    const used: number[] = []
    for (let i = 0; i < 20; i++) {
      if (i % 3 === 0) filters.overwrite()
      await program.run(recording.inputs.map(({ resident }) => (resident ? filters : elements)))
      used.push(memory.heap.usedBytes)
    }
    expect(program.size.invariantBytes).toBeGreaterThan(0)
    expect(new Set(used).size).toBe(1)
  })

  it('should run in every step that assigns their variables', async () => {
    const weight = variable(noise(shapes.filters, 1))
    const result = conv2d(noise([1, 16, 8, 8], 3), weight, undefined, { padding: 1 })
    await realizeOn(alone, weight)
    weight.assign(weight.subtract(result.mean()))
    expect((await planOf(alone, result, weight)).invariantKernels).toBe(0)
  })

  it('should run in every run if their results would take too much memory for what they save', async () => {
    const planes = (channels: number) => 4 * 36 * (channels * channels + planePadding)
    const filters = [64, 512, 544].map((channels) => variable(noise([channels, channels, 3, 3], 1)))
    const sizeFor = async (count: number) => {
      const layers = filters.map((weight) => {
        const maps = noise([1, weight.shape[0], 16, 16], 2).broadcastTo([count, weight.shape[0], 16, 16])
        return conv2d(maps, weight, undefined, { padding: 1 })
      })
      return planOf(alone, ...layers)
    }
    // Of 21 million elements, 16.8 million may be kept in any case, the smallest first.
    const invariantBytes = planes(64) + planes(512)
    expect(await sizeFor(512)).toMatchObject({ invariantKernels: 2, invariantBytes })
    expect(await sizeFor(1)).toMatchObject({
      invariantKernels: 3,
      invariantBytes: invariantBytes + planes(544),
    })
  })
})

describe('the blocks of invariant results', () => {
  it('should stay below their limit: the program that has not run for the longest time loses its block', () => {
    const heap = new Heap(false)
    const blocks = new InvariantBlocks(heap, 1000)
    const programs = [{}, {}, {}]
    const claim = (program: number) => blocks.claim(programs[program], 400).isNew
    expect([0, 1, 0, 1].map(claim)).toEqual([true, true, false, false])
    expect([2, 1, 2, 0, 2, 1].map(claim)).toEqual([true, false, false, true, false, true])
    expect(heap.usedBytes).toBeLessThanOrEqual(1000)
  })

  it('should be released with their programs', async () => {
    const heap = new Heap(false)
    const blocks = new InvariantBlocks(heap)
    const kept = {}
    blocks.claim(kept, 64)
    for (let i = 0; i < 10; i++) blocks.claim({}, 6400)
    for (let i = 0; i < 100 && heap.usedBytes > 64; i++) {
      collectGarbage()
      await new Promise((resolve) => setTimeout(resolve))
    }
    expect(heap.usedBytes).toBe(64)
    expect(blocks.claim(kept, 64).isNew).toBe(false)
  })
})
