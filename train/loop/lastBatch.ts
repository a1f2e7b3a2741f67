import type { Loader } from '../../datasets/index.ts'
import { InvalidInputError, tensor, withoutAssignments, zeros } from '../../engine/index.ts'
import { predictFrozen } from '../teacherLogits/frozen.ts'
import type { Learner } from './step.ts'

/**
 * Throws if the last batch of an epoch is too small to train on: batch norm over 1×1 maps needs two images. Records the step to
 * check its shapes; nothing is computed or changed.
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
      `the last batch of each epoch would have ${count} of the ${length} images, too few to train on ` +
        `(${error.message}): drop that batch (--drop-last, or dropLast: true in the training section of a ` +
        `recipe), or choose a batch size other than ${batchSize} or a different limit`,
    )
  }
}
