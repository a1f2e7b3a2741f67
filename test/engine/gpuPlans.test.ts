import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stepOf } from '../../bench/trainingSteps.ts'
import { joinTasks, type Task } from '../../engine/executors/gpu/device/joining.ts'
import { joinedCode } from '../../engine/executors/gpu/device/launchCode.ts'
import { loopPart } from '../../engine/executors/gpu/device/partCode.ts'
import { placeInArenas } from '../../engine/executors/gpu/device/placement.ts'
import { type DevicePlan, planForDevice } from '../../engine/executors/gpu/device/plan.ts'
import { Translator } from '../../engine/executors/gpu/device/translation.ts'
import type { LoopShader } from '../../engine/executors/gpu/kernels/shaders/loop.ts'
import { type Executor, useExecutor } from '../../engine/index.ts'
import type { Graph } from '../../engine/plan/graph.ts'

/** The plan of a step of a distillation on WebGPU, which is not computed. */
async function planOfStep(): Promise<{ graph: Graph; plan: DevicePlan }> {
  let last: Graph | undefined
  const storage = (length: number) => ({ executor, dtype: 'float32' as const, length })
  const executor: Executor = {
    name: 'planner',
    modes: {},
    async compile(graph) {
      last = graph
      const size = { kernels: 0, invariantKernels: 0, arenaBytes: 0, invariantBytes: 0 }
      const run = async () =>
        graph.outputs.map(({ destination }) => (destination === 'kept' ? storage(1) : undefined))
      return { size, run }
    },
    upload: async ({ length }) => storage(length),
    read: async () => new Float32Array(1),
  }
  useExecutor(executor)
  const step = stepOf({ teacher: 'resnet32x4', student: 'resnet8x4', batch: 64 })
  // The second step has another graph: its variables are on the device.
  await step()
  await step()
  const graph = last!
  return { graph, plan: planForDevice(graph, { vectors: true, rounds: false, shaders: true }) }
}

/** Copies call no functions. */
const translator = new Translator({
  createKernel: () => {
    throw new Error('nothing to translate')
  },
})

/** Tasks whose results are numbered from 100, each of which reads some of those before it. */
const tasks: fc.Arbitrary<Task[]> = fc
  .array(
    fc.record({
      distances: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 3 }),
      size: fc.constantFrom(1, 2 ** 20, 2 ** 20 + 1),
      joins: fc.boolean(),
    }),
    { maxLength: 150 },
  )
  .map((drawn) =>
    drawn.map(({ distances, size, joins }, i) => ({
      reads: distances.map((distance) => (i < distance ? distance : 100 + i - distance)),
      results: [100 + i],
      size,
      joins,
    })),
  )

describe('the launches of tasks', () => {
  it('should run each task once, after those that it reads', () => {
    fc.assert(
      fc.property(tasks, (drawn) => {
        const launches = joinTasks(drawn)
        const times = new Map(
          launches.flatMap((launch, time) => launch.map(({ results }) => [results[0], time])),
        )
        expect(launches.flat().length).toBe(drawn.length)
        expect(times.size).toBe(drawn.length)
        launches.forEach((launch, time) => {
          expect(launch.length === 1 || launch.every(({ joins }) => joins)).toBe(true)
          for (const { reads } of launch) {
            for (const value of reads) if (value >= 100) expect(times.get(value)).toBeLessThan(time)
          }
        })
      }),
    )
  })

  it('should be as many as the longest chain, if all are small', () => {
    fc.assert(
      fc.property(tasks, (drawn) => {
        const depths = new Map<number, number>()
        for (const { reads, results } of drawn) {
          depths.set(results[0], 1 + Math.max(0, ...reads.map((value) => depths.get(value) ?? 0)))
        }
        const small = drawn.map((task) => ({ ...task, size: 1, joins: true }))
        const wide = small.length > 128 ? 1 : 0
        expect(joinTasks(small).length).toBeLessThanOrEqual(Math.max(0, ...depths.values()) + wide)
      }),
    )
  })
})

describe('the plan of a step on WebGPU', () => {
  const planned = planOfStep()

  it('should have at most 250 launches for a distillation', async () => {
    const { plan } = await planned
    expect(plan.launches.length + plan.deliveries.length).toBeLessThanOrEqual(250)
  })

  it('should compute each loop once, with all its results', async () => {
    const { plan } = await planned
    const parts = plan.launches.flat()
    expect(parts.some(({ results }) => results.length > 1)).toBe(true)
    const results = parts.flatMap((part) => part.results)
    expect(new Set(results).size).toBe(results.length)
  })

  it('should share the code of parts that do the same, such as the updates of weights', async () => {
    const { plan } = await planned
    for (const launch of plan.deliveries) {
      const loops = launch.map(({ source }) => source).filter((source) => 'write' in source)
      const parts = loops.map((loop) => loopPart(loop, translator))
      const { code, entries } = joinedCode(
        parts,
        parts.map(({ values }) => values.map(() => 0)),
        1,
      )
      expect(entries.length).toBe(launch.length)
      // Copies of four elements at a time, and of one.
      expect(code.match(/^fn f\d+\(/gm)!.length).toBeLessThanOrEqual(2)
      expect(entries.map(({ part }) => part).sort((a, b) => a - b)).toEqual([...parts.keys()])
      const inOrder = entries.map(({ part, start }) => start + parts[part].groups)
      expect([0, ...inOrder.slice(0, -1)]).toEqual(entries.map(({ start }) => start))
    }
  })

  it('should fold large maps with many threads', async () => {
    const { plan } = await planned
    const folds = plan.launches.flat().filter(({ source, size }) => source.name === 'fold' && size >= 2 ** 20)
    expect(folds.length).toBeGreaterThan(10)
    for (const { source } of folds) {
      const { count, groups } = source as LoopShader
      expect(64 * groups, `${count} results`).toBeGreaterThanOrEqual(2 ** 13)
    }
  })

  it('should place values that live at the same time apart, in arenas of the size that is allowed', async () => {
    const { graph, plan } = await planned
    const whole = placeInArenas(graph, plan, Number.POSITIVE_INFINITY)
    expect(whole.arenas.length).toBe(1)
    for (const largest of [whole.arenas[0], Math.ceil(whole.arenas[0] / 3)]) {
      const { places, arenas } = placeInArenas(graph, plan, largest)
      expect(Math.max(...arenas)).toBeLessThanOrEqual(largest)
      const lives = livesOf(plan)
      const placed = [...places].map(([value, place]) => ({ value, ...place, ...lives.get(value)! }))
      for (const a of placed) {
        const clash = placed.find(
          (b) =>
            b.value !== a.value &&
            b.arena === a.arena &&
            b.offset < a.offset + a.bytes &&
            a.offset < b.offset + b.bytes &&
            b.from <= a.to &&
            a.from <= b.to,
        )
        expect(clash).toBeUndefined()
      }
    }
  })
})

/** The launches that compute a value and that last read it; outputs live to the end, and inputs from the start. */
function livesOf({
  invariant,
  launches,
  deliveries,
  outputs,
}: DevicePlan): Map<number, { from: number; to: number }> {
  const all = [...invariant.launches, ...launches, ...deliveries]
  const lives = new Map<number, { from: number; to: number }>()
  all.forEach((launch, time) => {
    for (const result of launch.flatMap(({ results }) => results)) lives.set(result, { from: time, to: time })
    for (const value of launch.flatMap(({ reads }) => reads)) {
      lives.set(value, { from: lives.get(value)?.from ?? 0, to: time })
    }
  })
  for (const { value } of outputs) lives.set(value, { from: lives.get(value)?.from ?? 0, to: all.length })
  return lives
}
