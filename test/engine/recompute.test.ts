import { describe, expect, it } from 'vitest'
import { grad, tensor, zeros } from '../../engine/index.ts'
import { graphOf, record } from '../../engine/plan/graph.ts'
import { recomputedValues } from '../../engine/plan/recompute.ts'
import { simplify } from '../../engine/plan/simplify.ts'
import { createModel, crossEntropy } from '../../nn/index.ts'

describe('values that loops recompute', () => {
  it.each(['resnet8x4', 'resnet20'])(
    'should include the signs that the ReLUs of %s need in the backward pass',
    (name) => {
      const network = createModel(name, { classes: 10 })
      const { logits } = network.forward(zeros([2, 3, 16, 16]))
      const loss = crossEntropy(logits, tensor([0, 1], { dtype: 'int32' }))
      const wants = grad(loss, network.parameters()).map(({ node }) => ({
        node,
        destination: 'kept' as const,
      }))
      const graph = simplify(graphOf(record(wants)))
      const recomputed = recomputedValues(graph)
      const comparisons = graph.operations.flatMap(({ name, shape, inputs: [value] }, index) =>
        name === 'lessEqual' && shape.length === 4 ? [value, graph.inputs.length + index] : [],
      )
      expect(comparisons.length).toBeGreaterThan(12)
      // Also those of a sum of two batch norms, at the end of a block with a convolution as its shortcut.
      expect(comparisons.filter((value) => !recomputed.has(value))).toEqual([])
    },
  )
})
