import { sayInsteadOfImages, showImages } from './images.ts'
import type { SeenImage, View } from './sight.ts'
import { type Pair, Spread } from './spread.ts'

/** Milliseconds for which images stay visible. */
const imagesStay = 900

const temperatures = new Spread('temperatures', 'τ')
const sharpnesses = new Spread('sharpnesses')
let imagesSince = Number.NEGATIVE_INFINITY
/** End of the axis of sharpnesses, which grows with the data. */
let sharpest = 10

/** Shows both networks' results for a batch; its images immediately if training is paused. */
export function showBatch(batch: readonly SeenImage[], referenceTemperature: number, rests: boolean): void {
  const pairsOf = (quantity: (view: View) => number) =>
    batch.map(({ teacher, student }): Pair => ({ teacher: quantity(teacher), student: quantity(student) }))
  if (batch[0].student.temperature === undefined) {
    temperatures.say('Without a teacher there is nothing to soften, and so there are no temperatures.')
  } else {
    const pairs = pairsOf(({ temperature }) => temperature!)
    temperatures.show(pairs, 2 * referenceTemperature, referenceTemperature)
  }
  const pairs = pairsOf(({ sharpness }) => sharpness)
  const largest = Math.max(...pairs.flatMap(({ teacher, student }) => [teacher, student]))
  sharpest = Math.max(sharpest, 5 * Math.ceil(largest / 5))
  sharpnesses.show(pairs, sharpest)
  if (rests || performance.now() - imagesSince > imagesStay) {
    showImages(batch)
    imagesSince = performance.now()
  }
}

/** Shows what these views wait for. */
export function showNoBatch(text: string): void {
  temperatures.say(text)
  sharpnesses.say(text)
  sayInsteadOfImages(text)
  imagesSince = Number.NEGATIVE_INFINITY
}
