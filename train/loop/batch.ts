import type { Batch } from '../../datasets/index.ts'
import { type Tensor, tensor } from '../../engine/index.ts'

/** A batch as inputs of a plan: images [N, C, H, W] float32, labels [N] int32. */
export interface BatchTensors {
  readonly images: Tensor
  readonly labels: Tensor
  /** The number of each image among those that are trained on, for methods that ask. */
  readonly indices?: Int32Array
  /** [N, K], where they are known: then the teacher is not in the plan. */
  readonly teacherLogits?: Tensor | undefined
}

/** A loader's batch as tensors. */
export function batchTensors({ images, labels, places }: Batch): BatchTensors {
  return { images: tensor(images.data, { shape: images.shape }), labels: tensor(labels), indices: places }
}

/** What scalars hold, by their names. Cheap once they are realized. */
export async function readScalars<Name extends string>(
  scalars: Readonly<Record<Name, Tensor>>,
): Promise<Record<Name, number>> {
  const numbers = {} as Record<Name, number>
  for (const name in scalars) numbers[name] = await scalars[name].item()
  return numbers
}
