import { describe, expect, it } from 'vitest'
import { stepOf } from '../../bench/trainingSteps.ts'
import { planForDevice } from '../../engine/executors/gpu/device/plan.ts'
import { useExecutor } from '../../engine/index.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import { modelNames } from '../../nn/index.ts'

/** Deeper versions of networks that have the same layers. */
const repeated = /^resnet(32|44|56|110|1202)(_a)?$/

const target = { vectors: true, rounds: false, shaders: true }
const heavy = new Set(['conv2d', 'conv2dInputGradient', 'conv2dWeightGradient', 'matmul'])

/** Ends a step whose graph has been seen. */
class Seen extends Error {}

/** Returns the graph of a training step, without computing it. */
async function graphOfStep(name: string): Promise<Graph> {
  let seen: Graph | undefined
  useExecutor({
    name: 'planner',
    modes: {},
    compile: async (graph) => {
      seen = graph
      throw new Seen()
    },
    upload: async () => expect.unreachable(),
    read: async () => expect.unreachable(),
  })
  await expect(stepOf({ teacher: undefined, student: name, batch: 2 })()).rejects.toThrow(Seen)
  return seen!
}

describe('a training step on WebGPU', () => {
  it.each(modelNames.filter((name) => !repeated.test(name)))(
    'should have shaders of its own for all products and convolutions of %s',
    async (name) => {
      const { launches, invariant } = planForDevice(await graphOfStep(name), target)
      const sources = [...launches, ...invariant.launches].flat().map(({ source }) => source)
      const found = sources.filter((source) => heavy.has(source.name))
      expect(found.length).toBeGreaterThan(2)
      const without = found.filter((source) => !('shader' in source) || source.shader === undefined)
      expect(without.map((source) => source.name)).toEqual([])
    },
  )
})
