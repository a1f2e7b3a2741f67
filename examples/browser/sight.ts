import type { NdArray } from 'ndarray'
import type { Batch, Normalisation, Split } from 'thermograd/datasets'
import type { Tensor } from 'thermograd/engine'
import { type Distillation, type Loss, sharpness } from 'thermograd/kd'

/** An image of a batch and both networks' results for it, as numbers that can be posted to a page. */
export interface SeenImage {
  /** Input of the networks: 8×8, from 0 to 1, row-major. */
  readonly pixels: readonly number[]
  readonly label: number
  readonly teacher: View
  readonly student: View
}

/** One network's results for an image. */
export interface View {
  readonly logits: readonly number[]
  readonly sharpness: number
  /** Temperature of the logits; `undefined` without distillation. */
  readonly temperature?: number | undefined
}

/** The tensors of a step to look at. */
export interface Sight {
  /** Tensors to realize with the step. */
  readonly tensors: readonly Tensor[]
  read(): Promise<SeenImage[]>
}

type LazyView = Record<keyof View, Tensor | undefined>

/** Returns what to show of a batch of these images. */
export function sightOf(
  { images, labels }: Batch,
  { normalisation }: Split,
  logits: { readonly student: Tensor; readonly teacher: Tensor },
  result: Loss | Distillation,
): Sight {
  const temperatures = 'temperatures' in result ? result.temperatures : undefined
  const [teacher, student] = (['teacher', 'student'] as const).map(
    (side): LazyView => ({
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

/** Inverts the normalisation of an image [8, 8]. */
function pixelsOf(image: NdArray<Float32Array>, { mean, std }: Normalisation): number[] {
  return Array.from({ length: 64 }, (_, i) => image.get(i >> 3, i & 7) * std[0] + mean[0])
}

/** Reads one number per image. */
async function viewsOf({ logits, sharpness, temperature }: LazyView): Promise<View[]> {
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
