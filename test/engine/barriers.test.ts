import { describe, expect, it } from 'vitest'
import { wasm } from '../../engine/executors/wasm/index.ts'
import { codeOf } from '../../engine/executors/wasm/kernels/index.ts'
import { dialectOf } from '../../engine/executors/wasm/lowering/dialect.ts'
import { withTotals } from '../../engine/executors/wasm/lowering/longSums.ts'
import { placeValues } from '../../engine/executors/wasm/memory/placement.ts'
import type { EngineModes } from '../../engine/executors/wasm/modes.ts'
import { barriersBefore } from '../../engine/executors/wasm/threads/barriers.ts'
import { grad, type Tensor, tensor, type Variable, zeros } from '../../engine/index.ts'
import { type Graph, graphOf, record } from '../../engine/plan/graph.ts'
import { type HoistedSchedule, hoistInvariants, kernelsInOrder } from '../../engine/plan/invariants.ts'
import {
  type Kernel,
  type LoopKernel,
  scratchAmong,
  valuesRead,
  valuesWritten,
  viewsWritten,
} from '../../engine/plan/kernels.ts'
import { schedule } from '../../engine/plan/schedule.ts'
import { denseView, type View } from '../../engine/plan/view.ts'
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
  const plan = hoistInvariants(graph, withTotals(schedule(graph, dialectOf(modes))))
  const placement = placeValues(graph, plan)
  const units = kernelsInOrder(plan).map((kernel) => codeOf(kernel, plan.values, modes).units)
  return { graph, plan, placement, units, barriers: barriersBefore(graph, plan, placement, units) }
}

/** The elements of a value that a kernel writes. */
function elementsWritten(kernel: Kernel, value: number, size: number): Set<number> {
  if (kernel.kind !== 'clear') {
    return new Set(viewsWritten(kernel).flatMap((view) => (view.value === value ? elementsOf(view) : [])))
  }
  const spared = new Set(kernel.except && elementsOf(kernel.except))
  return new Set(Array.from({ length: size }, (_, i) => i).filter((i) => !spared.has(i)))
}

function elementsOf({ shape, strides, offset }: View): number[] {
  return shape.reduce(
    (starts, length, axis) =>
      starts.flatMap((start) => Array.from({ length }, (_, i) => start + i * strides[axis])),
    [offset],
  )
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

function evaluation(model: string) {
  const network = createModel(model, { channels: 1, classes: 10 }).evaluate()
  return [network.forward(zeros([4, 1, 8, 8])).logits]
}

describe('barriers between kernels', () => {
  it.each([
    ['a step of resnet8', () => trainingStep('resnet8')],
    ['a step of ShuffleV2', () => trainingStep('ShuffleV2')],
    ['an evaluation of resnet8', () => evaluation('resnet8')],
    ['an evaluation of ShuffleV2', () => evaluation('ShuffleV2')],
  ])('should stand between any two kernels that touch the same memory: %s', (_, wanted) => {
    const { graph, plan, placement, units, barriers } = planned(wanted())
    const { values, parts } = plan
    const kernels = kernelsInOrder(plan)
    const isScratch = scratchAmong(graph, kernels)
    /** Every place that a kernel touches, [block, first byte, end]; whether it changes it. */
    const touches = kernels.map((kernel) =>
      [
        ...valuesRead(kernel).map((value) => ({ value, changes: isScratch(value) })),
        ...valuesWritten(kernel).map((value) => ({ value, changes: true })),
      ].map(({ value, changes }) => {
        const place = placement.places[value]!
        const isOffset = place.in === 'arena' || place.in === 'invariants'
        const from = isOffset ? place.offset : 0
        const block = isOffset ? place.in : JSON.stringify(place)
        return { value, block, from, end: from + 4 * sizeOf(values[value].shape), changes }
      }),
    )
    /** Whether one clears what surrounds the part of a value that the other writes. */
    const writeApart = (one: number, other: number, value: number) => {
      if (![one, other].some((i) => kernels[i].kind === 'clear')) return false
      const [some, others] = [one, other].map((i) =>
        elementsWritten(kernels[i], value, sizeOf(values[value].shape)),
      )
      return some.isDisjointFrom(others)
    }
    const partOf = new Map(parts.flatMap((part) => part.kernels.map((kernel) => [kernel, part] as const)))
    const runs = [parts, [], ...parts.map((part) => [part])].slice(0, 5)
    for (const renewed of runs) {
      const launched = kernels.flatMap((kernel, i) => {
        const part = partOf.get(kernel)
        return part === undefined || renewed.includes(part) ? [i] : []
      })
      /** The first kernel after the last barrier before each kernel. */
      let last = 0
      const passed = launched.map((i, n) => (last = barriers[i] ? n : last))
      launched.forEach((later, n) => {
        for (const earlier of launched.slice(passed[n], n)) {
          if (units[later] <= 1 && units[earlier] <= 1) continue
          const clash = touches[later].some((a) =>
            touches[earlier].some(
              (b) =>
                (a.changes || b.changes) &&
                a.block === b.block &&
                a.from < b.end &&
                b.from < a.end &&
                !(a.value === b.value && writeApart(later, earlier, a.value)),
            ),
          )
          expect(clash, `kernels ${earlier} and ${later}, without a barrier between`).toBe(false)
        }
      })
    }
    expect(barriers.filter(Boolean).length).toBeLessThan(kernels.length)
  })

  it('should separate parts, since those between two others may be left out', () => {
    const shape = [4]
    const copy = (from: number, to: number): LoopKernel => ({
      kind: 'loop',
      shape,
      order: [0],
      body: [{ name: 'load', view: denseView(from, shape), dtype: 'float32' }],
      stores: [{ register: 0, view: denseView(to, shape) }],
      folds: [],
    })
    const input = { shape, dtype: 'float32', resident: true, isVariable: true } as const
    const graph: Graph = { inputs: [input, input], operations: [], outputs: [] }
    const plan: HoistedSchedule = {
      values: Array.from({ length: 7 }, () => ({ shape, dtype: 'float32' })),
      parts: [
        { inputs: [0], kernels: [copy(0, 2)], results: [2] },
        { inputs: [1], kernels: [copy(1, 3), copy(3, 4)], results: [4] },
      ],
      kernels: [copy(2, 5), copy(4, 6)],
      outputs: [5, 6].map((value) => ({ value, destination: 'kept' })),
    }
    const barriers = (units: number) =>
      barriersBefore(graph, plan, placeValues(graph, plan), [units, units, units, units, units])
    // The last kernel needs none, because the one before it has one.
    expect(barriers(2)).toEqual([false, true, true, true, false])
    expect(barriers(1)).toEqual([false, true, false, true, false])
  })

  it('should be fewer in an evaluation whose batch norms have their factors already', () => {
    const { plan, barriers } = planned(evaluation('resnet8'))
    const before = plan.parts.flatMap(({ kernels }) => kernels).length
    expect(before).toBeGreaterThan(0)
    // One for each convolution, and few others.
    expect(barriers.slice(before).filter(Boolean).length).toBeLessThanOrEqual(14)
  })

  it('should not be needed for the totals of a long sum, which lie where nothing else does', () => {
    const { graph, plan, placement } = planned(trainingStep('resnet8'))
    const isScratch = scratchAmong(graph, kernelsInOrder(plan))
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
