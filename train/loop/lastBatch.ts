import type { Loader } from '../../datasets/index.ts'
import { InvalidInputError, tensor, withoutAssignments, zeros } from '../../engine/index.ts'
import { predictFrozen } from '../teacherLogits/frozen.ts'
import type { Learner } from './step.ts'

/**
 * Throws where the last batch of an epoch is one image that could not be trained on: batch norm over maps of one pixel
 * needs two. The step is recorded for its shapes; nothing is computed, and nothing changes.
 */
export function demandTrainableLastBatch({ network, method, teacher }: Learner, images: Loader): void {
  const { batchSize, length, imagesPerEpoch, split } = images
  const count = imagesPerEpoch % batchSize
  if (count !== 1) return
  const shown = zeros([count, ...split.images.shape.slice(1)])
  try {
    withoutAssignments(() =>
      method.forward({
        student: network.train().forward(shown),
        teacher: teacher && predictFrozen(teacher, shown, method.teacherStatistics),
        labels: tensor(new Int32Array(count)),
        epoch: 1,
        indices: Int32Array.from({ length: count }, (_, i) => i),
      }),
    )
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    throw new InvalidInputError(
      `the last batch of each epoch would be ${count} of the ${length} images, on which this cannot train ` +
        `(${error.message}): leave such a batch out (--drop-last, or dropLast: true ` +
        `in the training of a recipe), or take a batch size other than ${batchSize} or another limit`,
    )
  }
}
