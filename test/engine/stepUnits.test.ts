import { describe, expect, it } from 'vitest'
import { wasm } from '../../engine/executors/wasm/index.ts'
import { codeOf } from '../../engine/executors/wasm/kernels/index.ts'
import { dialectOf } from '../../engine/executors/wasm/lowering/dialect.ts'
import { withTotals } from '../../engine/executors/wasm/lowering/longSums.ts'
import { grad, tensor, zeros } from '../../engine/index.ts'
import { graphOf, record } from '../../engine/plan/graph.ts'
import { type Kernel, scratchAmong, valuesRead, valuesWritten } from '../../engine/plan/kernels.ts'
import { schedule } from '../../engine/plan/schedule.ts'
import { sizeOf } from '../../engine/shape.ts'
import { createModel, crossEntropy, SGD } from '../../nn/index.ts'

/** With so many elements, a kernel that runs on a single thread keeps the others waiting for a fifth of a millisecond. */
const many = 2 ** 19

function trainingGraph(model: string) {
  const network = createModel(model)
  const optimizer = new SGD(network.parameters(), { lr: 0.1, momentum: 0.9 })
  const labels = tensor(new Int32Array(64))
  const loss = crossEntropy(network.forward(zeros([64, 3, 32, 32])).logits, labels)
  optimizer.step(grad(loss, network.parameters()))
  const state = [...network.state(), ...optimizer.state()].filter(({ node }) => node.value === undefined)
  return graphOf(record([loss, ...state].map(({ node }) => ({ node, destination: 'kept' }))))
}

/** Elements that a kernel goes through: the iterations of a loop, the largest operand of a call. */
function workOf(kernel: Kernel, sizeOfValue: (value: number) => number): number {
  if (kernel.kind === 'loop') return sizeOf(kernel.shape)
  return Math.max(...[...valuesRead(kernel), ...valuesWritten(kernel)].map(sizeOfValue))
}

describe('a training step on 64 images', () => {
  it.each(['vgg8', 'resnet8x4', 'MobileNetV2', 'ShuffleV1'])(
    'should have units for 16 threads in every kernel over many elements: %s',
    (model) => {
      const { modes } = wasm({ threads: 16 })
      const graph = trainingGraph(model)
      const { kernels, values } = withTotals(schedule(graph, dialectOf(modes)))
      const isScratch = scratchAmong(graph, kernels)
      const sizeOfValue = (value: number) => (isScratch(value) ? 0 : sizeOf(values[value].shape))
      const few = kernels.flatMap((kernel) => {
        if (workOf(kernel, sizeOfValue) < many) return []
        const { units, wholeShares } = codeOf(kernel, values, modes)
        // Units of a direct weight gradient are tiles of its result, which is small between few channels.
        const least = wholeShares ? 2 : 16
        const name = kernel.kind === 'call' ? kernel.name : kernel.kind
        return units < least ? [`${name} with ${units} units: ${JSON.stringify(kernel)}`] : []
      })
      expect(few).toEqual([])
    },
  )
})
