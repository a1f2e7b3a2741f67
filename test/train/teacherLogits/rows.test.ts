import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openExecutor, RandomStream, realize, streamKey, tensor, useExecutor } from '../../../engine/index.ts'
import { distiller } from '../../../kd/index.ts'
import { createModel, type Network, SGD } from '../../../nn/index.ts'
import { recordStep } from '../../../train/loop/step.ts'
import { predictFrozen } from '../../../train/teacherLogits/frozen.ts'

const size = 16
const classes = 10
const pixels = 3 * size * size
const stream = new RandomStream(streamKey(0, 'rows'))
const photographs = Float32Array.from({ length: 12 * pixels }, () => 4 * stream.uniform() - 2)

/** These of the photographs as a batch. */
function batchOf(rows: readonly number[]) {
  const parts = rows.map((row) => photographs.subarray(row * pixels, (row + 1) * pixels))
  return tensor(Float32Array.from(parts.flatMap((part) => [...part])), {
    shape: [rows.length, 3, size, size],
  })
}

async function logitsOf(network: Network, rows: readonly number[]): Promise<number[][]> {
  return rowsOf(await predictFrozen(network, batchOf(rows), 'running').logits.data())
}

function rowsOf(logits: ArrayLike<number>): number[][] {
  return Array.from({ length: logits.length / classes }, (_, row) =>
    Array.from({ length: classes }, (_, label) => logits[row * classes + label]),
  )
}

describe.each(['resnet8', 'wrn_16_1', 'resnet8x4', 'MobileNetV2', 'ShuffleV1'])(
  "a row of %s's logits on the wasm executor",
  (model) => {
    it('should not depend on the other images of its batch, nor on its place, bit for bit', async () => {
      useExecutor((await openExecutor('wasm')).executor)
      const network = createModel(model, { classes, seed: 1 })
      const inOrder = await logitsOf(network, [0, 1, 2, 3, 4, 5])
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat({ max: 11 }), { minLength: 6, maxLength: 6 }), async (rows) => {
          const logits = await logitsOf(network, rows)
          for (const [place, row] of rows.entries()) if (row < 6) expect(logits[place]).toEqual(inOrder[row])
        }),
        { numRuns: 10, examples: [[[5, 4, 3, 2, 1, 0]]] },
      )
    })

    it('should be the same in the plan of a step, bit for bit', async () => {
      useExecutor((await openExecutor('wasm')).executor)
      const teacher = createModel(model, { classes, seed: 1 })
      const rows = [0, 1, 2, 3, 4, 5]
      const student = createModel('resnet8', { classes, seed: 2 })
      const method = distiller('kd').build({ student, teacher, image: [3, size, size] })
      const images = batchOf(rows)
      const labels = tensor(Int32Array.from(rows))
      const optimizer = new SGD(student.parameters(), { lr: 0.1 })
      const { logits } = predictFrozen(teacher, images, 'running')
      const scalars = recordStep(
        { network: student, method, optimizer },
        { images, labels, teacherLogits: logits },
        1,
      )
      await realize(logits, ...Object.values(scalars), student, optimizer)
      expect(rowsOf(await logits.data())).toEqual(await logitsOf(teacher, rows))
    })
  },
)
