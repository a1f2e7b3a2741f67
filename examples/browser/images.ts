import { element, html, svg } from './elements.ts'
import type { SeenImage, View } from './sight.ts'

const shown = 6
const container = element('images')

/** Shows the images of a batch whose temperatures differ most or, without temperatures, whose sharpnesses do. */
export function showImages(batch: readonly SeenImage[]): void {
  const difference = ({ teacher, student }: SeenImage) =>
    Math.abs((teacher.temperature ?? 0) - (student.temperature ?? 0)) +
    1e-6 * Math.abs(teacher.sharpness - student.sharpness)
  const ordered = batch.toSorted((a, b) => difference(b) - difference(a))
  container.replaceChildren(...ordered.slice(0, shown).map(card))
}

/** Shows the reason for which there are no images. */
export function sayInsteadOfImages(text: string): void {
  container.replaceChildren(html('p', { class: 'empty' }, text))
}

function card({ pixels, label, teacher, student }: SeenImage): HTMLElement {
  return html(
    'figure',
    {},
    picture(pixels, label),
    html(
      'figcaption',
      {},
      html('p', { class: 'label' }, `labelled ${label}`),
      opinion('teacher', teacher),
      opinion('student', student),
    ),
    bars(softened(teacher), softened(student)),
  )
}

/** Draws pixels as ink with opacity. */
function picture(pixels: readonly number[], label: number): HTMLElement {
  const canvas = html('canvas', { width: 8, height: 8, role: 'img', 'aria-label': `a ${label}` })
  const context = (canvas as HTMLCanvasElement).getContext('2d')!
  const data = new ImageData(8, 8)
  for (const [i, pixel] of pixels.entries()) data.data[4 * i + 3] = 255 * pixel
  context.putImageData(data, 0, 0)
  return canvas
}

function opinion(side: string, view: View): HTMLElement {
  const probabilities = softmax(view.logits)
  const largest = Math.max(...probabilities)
  const guess = `${probabilities.indexOf(largest)} (${(100 * largest).toFixed(0)} %)`
  const temperature = view.temperature === undefined ? '' : `T = ${view.temperature.toFixed(2)}`
  return html('p', { class: side }, html('span', {}, guess), html('span', { class: 'number' }, temperature))
}

/** Returns what the loss compares: probabilities at the network's temperature. */
function softened({ logits, temperature = 1 }: View): number[] {
  return softmax(logits.map((logit) => logit / temperature))
}

function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits)
  const powers = logits.map((logit) => Math.exp(logit - largest))
  const sum = powers.reduce((a, b) => a + b)
  return powers.map((power) => power / sum)
}

/** Draws the teacher's probability of each digit as a bar upwards, the student's as a bar downwards. */
function bars(teacher: readonly number[], student: readonly number[]): SVGElement {
  const most = Math.max(...teacher, ...student)
  const bar = (side: string, probability: number, digit: number, isUp: boolean) => {
    const length = (26 * probability) / most
    const y = isUp ? 28 - length : 38
    return svg('rect', { x: 10 * digit + 1, y, width: 8, height: length, rx: 1, class: side })
  }
  return svg(
    'svg',
    { viewBox: '0 0 100 66', 'aria-hidden': 'true', class: 'bars' },
    ...teacher.map((probability, digit) => bar('teacher', probability, digit, true)),
    ...student.map((probability, digit) => bar('student', probability, digit, false)),
    ...teacher.map((_, digit) => svg('text', { x: 10 * digit + 5, y: 36, class: 'middle' }, `${digit}`)),
  )
}
