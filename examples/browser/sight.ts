import type { NdArray } from 'ndarray'
import type { Batch, Normalisation, Split } from 'thermograd/datasets'
import type { Tensor } from 'thermograd/engine'
import { type Distillation, type Loss, sharpness } from 'thermograd/kd'

/** An image of a batch, and what both networks make of it: numbers that can be sent to a page. */
export interface SeenImage {
  /** As the networks see it: 8×8, from 0 to 1, row by row. */
  readonly pixels: readonly number[]
  readonly label: number
  readonly teacher: View
  readonly student: View
}

/** What one network makes of an image. */
export interface View {
  readonly logits: readonly number[]
  readonly sharpness: number
  /** By which the method divides the logits; none where there is no distillation. */
  readonly temperature?: number
}

/** What a step leaves to be looked at. */
export interface Sight {
  /** To be computed with the step. */
  readonly tensors: readonly Tensor[]
  read(): Promise<SeenImage[]>
}

type Recipes = Record<keyof View, Tensor | undefined>

/** What is to be seen of a batch of these images. */
export function sightOf(
  { images, labels }: Batch,
  { normalisation }: Split,
  logits: { readonly student: Tensor; readonly teacher: Tensor },
  result: Loss | Distillation,
): Sight {
  const temperatures = 'temperatures' in result ? result.temperatures : undefined
  const [teacher, student] = (['teacher', 'student'] as const).map(
    (side): Recipes => ({
      logits: logits[side],
      sharpness: sharpness(logits[side]),
      temperature: temperatures?.[side],
    }),
  )
  return {
    tensors: [teacher, student].flatMap((recipes) => Object.values(recipes)).filter((x) => x !== undefined),
    async read() {
      const [teacherViews, studentViews] = [await viewsOf(teacher), await viewsOf(student)]
      return Array.from(labels, (label, i) => ({
        pixels: pixelsOf(images.pick(i, 0), normalisation),
        label,
        teacher: teacherViews[i],
        student: studentViews[i],
      }))
    },
  }
}

/** Takes back what normalisation did to an image [8, 8]. */
function pixelsOf(image: NdArray<Float32Array>, { mean, std }: Normalisation): number[] {
  return Array.from({ length: 64 }, (_, i) => image.get(i >> 3, i & 7) * std[0] + mean[0])
}

/** One for each image. */
async function viewsOf({ logits, sharpness, temperature }: Recipes): Promise<View[]> {
  const [rows, sharpnesses, temperatures] = await Promise.all(
    [logits, sharpness, temperature].map((tensor) => tensor?.data()),
  )
  const classes = rows!.length / sharpnesses!.length
  return Array.from(sharpnesses!, (sharpness, i) => ({
    logits: Array.from(rows!.subarray(i * classes, (i + 1) * classes)),
    sharpness,
    temperature: temperatures?.[i],
  }))
}
