import type { Loader, Split } from '../../datasets/index.ts'
import { argmax } from '../../engine/index.ts'
import type { Network } from '../../nn/index.ts'
import { examine } from './evaluate.ts'

/** A network's confusion matrix and examples of its mistakes: `confusions.json` in a run folder. */
export interface Confusions {
  readonly classNames: readonly string[]
  /** Entry [i][j] counts the test images of class i that were classified as j. */
  readonly matrix: readonly (readonly number[])[]
  /** The most frequent confusions, with some of their images. */
  readonly worst: readonly Confusion[]
  readonly image: { readonly shape: readonly number[]; readonly scale: number }
}

/** Images of one class that were classified as another. */
export interface Confusion {
  readonly label: number
  readonly predicted: number
  readonly count: number
  /** Some of the images: stored pixels [C, H, W] in base64. */
  readonly images: readonly string[]
}

const mostConfusions = 12
const mostImages = 6

/** Classifies all test images and counts the confusions. */
export async function confusionsOf(
  network: Network,
  classNames: readonly string[],
  testImages: Loader,
): Promise<Confusions> {
  const { columns } = await examine(network, testImages, ({ predictions }) => ({
    predicted: argmax(predictions.logits, -1),
  }))
  const [[, predicted]] = columns.entries()
  const { split: test } = testImages
  const matrix = classNames.map(() => classNames.map(() => 0))
  const mistakes = new Map<string, number[]>()
  for (const [image, predictedClass] of predicted.entries()) {
    const label = test.labels[image]
    matrix[label][predictedClass]++
    if (label === predictedClass) continue
    const key = `${label} ${predictedClass}`
    mistakes.set(key, [...(mistakes.get(key) ?? []), image])
  }
  const worst = [...mistakes]
    .sort(([, some], [, others]) => others.length - some.length)
    .slice(0, mostConfusions)
    .map(([key, images]) => {
      const [label, predictedClass] = key.split(' ').map(Number)
      const shown = images.slice(0, mostImages).map((image) => pixelsOf(test, image))
      return { label, predicted: predictedClass, count: images.length, images: shown }
    })
  const [, ...shape] = test.images.shape
  return { classNames, matrix, worst, image: { shape, scale: test.normalisation.scale } }
}

function pixelsOf({ images }: Split, number: number): string {
  const [, channels, height, width] = images.shape
  const bytes = Buffer.alloc(channels * height * width)
  let position = 0
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        bytes[position++] = images.get(number, channel, row, column)
      }
    }
  }
  return bytes.toString('base64')
}
