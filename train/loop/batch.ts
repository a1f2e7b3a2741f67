import type { Batch } from '../../datasets/index.ts'
import { type Tensor, tensor } from '../../engine/index.ts'

/** A batch as the inputs of a plan: images [N, C, H, W] float32, labels [N] int32. */
export interface BatchTensors {
  readonly images: Tensor
  readonly labels: Tensor
  /** The index of each image among the training images, for methods that remember images. */
  readonly indices?: Int32Array
  /** Cached logits [N, K]; the plan then omits the teacher. */
  readonly teacherLogits?: Tensor | undefined
}

/** Converts a loader's batch to tensors. */
export function batchTensors({ images, labels, places }: Batch): BatchTensors {
  return { images: tensor(images.data, { shape: images.shape }), labels: tensor(labels), indices: places }
}

/** Reads scalars as numbers, by name. Cheap once they are realized. */
export async function readScalars<Name extends string>(
  scalars: Readonly<Record<Name, Tensor>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(scalars) as Name[]
  // Asked for at once, they are one read from a GPU.
  const numbers = await Promise.all(names.map((name) => scalars[name].item()))
  return Object.fromEntries(names.map((name, i) => [name, numbers[i]])) as Record<Name, number>
}
