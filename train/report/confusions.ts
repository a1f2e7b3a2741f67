import { encode } from 'fast-png'
import type { Confusions } from '../loop/confusions.ts'
import { type Html, html } from './html.ts'
import type { RunRecord } from './runRecord.ts'

/** The most frequent confusions of a run, with some of their images; `undefined` if it has none or has not finished. */
export function confusions({ confusions }: RunRecord): Html | undefined {
  if (confusions === undefined || confusions.worst.length === 0) return undefined
  const { classNames, worst, image } = confusions
  return html`<h3>Most frequent confusions</h3>
<ul class="confusions">${worst.map(
    ({ label, predicted, count, images }) => html`<li>
<p><b>${classNames[label]}</b> classified as <b>${classNames[predicted]}</b> <small>${count} ×</small></p>
<div>${images.map((pixels) => picture(pixels, image, classNames[label]))}</div>
</li>`,
  )}</ul>`
}

function picture(pixels: string, image: Confusions['image'], name: string): Html {
  const [, height, width] = image.shape
  return html`<img src="data:image/png;base64,${png(pixels, image)}" alt="${name}" width="${2 * width}" height="${2 * height}">`
}

/** Encodes pixels, stored channel by channel, as a PNG file in base64. */
function png(pixels: string, { shape, scale }: Confusions['image']): string {
  const [channels, height, width] = shape
  const stored = Buffer.from(pixels, 'base64')
  const area = height * width
  const data = new Uint8Array(channels * area)
  for (let index = 0; index < area; index++) {
    for (let channel = 0; channel < channels; channel++) {
      data[index * channels + channel] = Math.round((stored[channel * area + index] / scale) * 255)
    }
  }
  return Buffer.from(encode({ width, height, channels, data })).toString('base64')
}
