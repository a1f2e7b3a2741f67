import type { Batch } from '../datasets/index.ts'
import { type Tensor, tensor } from '../engine/index.ts'

/** A loader's batch as inputs of a plan: images [N, C, H, W] float32, labels [N] int32. */
export function batchTensors({ images, labels }: Batch): { images: Tensor; labels: Tensor } {
  return { images: tensor(images.data, { shape: images.shape }), labels: tensor(labels) }
}

/** What scalars hold, by their names. Cheap once they are realized. */
export async function readScalars<Name extends string>(
  scalars: Readonly<Record<Name, Tensor>>,
): Promise<Record<Name, number>> {
  const numbers = {} as Record<Name, number>
  for (const name in scalars) numbers[name] = await scalars[name].item()
  return numbers
}
