import { describe, expect, it } from 'vitest'
import { wasm } from '../../engine/executors/wasm/index.ts'
import { dialectOf } from '../../engine/executors/wasm/lowering/dialect.ts'
import { withTotals } from '../../engine/executors/wasm/lowering/longSums.ts'
import { placeValues, scratchAmong } from '../../engine/executors/wasm/memory/placement.ts'
import type { EngineModes } from '../../engine/executors/wasm/modes.ts'
import { barriersBefore } from '../../engine/executors/wasm/threads/barriers.ts'
import { grad, type Tensor, tensor, type Variable, zeros } from '../../engine/index.ts'
import { graphOf, record } from '../../engine/plan/graph.ts'
import { valuesRead, valuesWritten } from '../../engine/plan/kernels.ts'
import { schedule } from '../../engine/plan/schedule.ts'
import { sizeOf } from '../../engine/shape.ts'
import { createModel, crossEntropy, SGD } from '../../nn/index.ts'

const modes = wasm({ threads: 2 }).modes as unknown as EngineModes

/** What the wasm executor would run to compute these: its schedule, where values lie, and where threads wait for each other. */
function planned(wanted: readonly Tensor[]) {
  const wants = wanted.map((x) => ({
    node: x.node,
    destination: 'committed' in x ? { overwrites: (x as Variable).committed } : ('kept' as const),
  }))
  const graph = graphOf(record(wants))
  const plan = withTotals(schedule(graph, dialectOf(modes)))
  const placement = placeValues(graph, plan)
  return { graph, plan, placement, barriers: barriersBefore(graph, plan, placement) }
}

/** A step of training; every optimizer's state has been there before. */
function trainingStep(model: string) {
  const network = createModel(model, { channels: 1, classes: 10 })
  const optimizer = new SGD(network.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 1e-4 })
  const images = zeros([4, 1, 8, 8])
  const labels = tensor([0, 1, 2, 3], { dtype: 'int32' })
  const loss = crossEntropy(network.train().forward(images).logits, labels)
  optimizer.step(grad(loss, network.parameters()))
  return [loss, ...network.state(), ...optimizer.state()].filter(({ node }) => node.value === undefined)
}

describe('barriers between kernels', () => {
  it.each(['resnet8', 'ShuffleV2'])(
    'should stand between any two kernels that touch the same memory: %s',
    (model) => {
      const { graph, plan, placement, barriers } = planned(trainingStep(model))
      const { kernels, values } = plan
      /** Every place that a kernel touches, [block, first byte, end]; whether it changes it. */
      const touches = kernels.map((kernel) =>
        [
          ...valuesRead(kernel).map((value) => ({ value, changes: !isKnown(value) })),
          ...valuesWritten(kernel).map((value) => ({ value, changes: true })),
        ].map(({ value, changes }) => {
          const place = placement.places[value]!
          const from = place.in === 'arena' ? place.offset : 0
          const block = place.in === 'arena' ? 'arena' : JSON.stringify(place)
          return { block, from, end: from + 4 * sizeOf(values[value].shape), changes }
        }),
      )
      function isKnown(value: number): boolean {
        return value < graph.inputs.length || kernels.some((kernel) => valuesWritten(kernel).includes(value))
      }
      /** The last barrier at or before each kernel. */
      let last = 0
      const passed = barriers.map((needsBarrier, i) => (last = needsBarrier ? i : last))
      touches.forEach((own, later) => {
        for (let earlier = passed[later]; earlier < later; earlier++) {
          const clash = own.some((a) =>
            touches[earlier].some(
              (b) => (a.changes || b.changes) && a.block === b.block && a.from < b.end && b.from < a.end,
            ),
          )
          expect(clash, `kernels ${earlier} and ${later}, without a barrier between`).toBe(false)
        }
      })
      expect(barriers.filter(Boolean).length).toBeLessThan(kernels.length)
    },
  )

  it('should not be needed for the totals of a long sum, which lie where nothing else does', () => {
    const { graph, plan, placement } = planned(trainingStep('resnet8'))
    const isScratch = scratchAmong(graph, plan.kernels)
    const extents = plan.values.flatMap(({ shape }, value) => {
      const place = placement.places[value]
      return place?.in === 'arena'
        ? [{ value, from: place.offset, end: place.offset + 4 * sizeOf(shape) }]
        : []
    })
    const small = extents.filter(({ value, from, end }) => isScratch(value) && end - from <= 4096)
    expect(small).not.toHaveLength(0)
    for (const { value, from, end } of small) {
      const others = extents.filter((other) => other.value !== value && other.from < end && from < other.end)
      expect(others, `beside the scratch ${value}`).toEqual([])
    }
  })

  it('should leave the optimizer one pass over all parameters', () => {
    const parameters = createModel('resnet20').parameters()
    const optimizer = new SGD(parameters, { lr: 0.1, momentum: 0.9, weightDecay: 1e-4 })
    optimizer.step(parameters.map(({ shape }) => zeros(shape)))
    const { plan, barriers } = planned(
      [...parameters, ...optimizer.state()].filter(({ node }) => node.value === undefined),
    )
    expect(plan.kernels.length).toBeGreaterThanOrEqual(parameters.length)
    expect(barriers.filter(Boolean)).toEqual([])
  })
})
