import { expect, it } from 'vitest'
import { openExecutor } from '../../../engine/index.ts'
import { hostLoss } from '../../../kd/laws/index.ts'

it('should refuse a loss on tensors that is no scalar', async () => {
  const { executor } = await openExecutor('reference')
  const { loss } = hostLoss({ loss: (student) => student.sum(1) }, executor)
  await expect(
    loss(
      [
        [1, 2],
        [3, 4],
      ],
      [
        [0, 0],
        [0, 0],
      ],
      [0, 1],
    ),
  ).rejects.toThrow('item: expected one element, got [2]')
})
