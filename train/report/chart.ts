import { type Html, html, json } from './html.ts'

/** A chart of curves over the epochs. */
export interface Chart {
  readonly title: string
  /** A sentence that explains the chart, if its title does not. */
  readonly caption?: string
  readonly curves: readonly Curve[]
  /** Default: linear. */
  readonly scale?: 'logarithmic'
  /** The minimal range of the y axis, which makes charts with the same range comparable. */
  readonly range?: readonly [number, number]
  /** Suffix of each number. */
  readonly unit?: string
}

/** A colour variable of the style sheet. */
export type Colour = '--ink' | '--student' | '--teacher' | `--run-${number}`

/** A curve with one value per epoch. */
export interface Curve {
  readonly name: string
  readonly colour: Colour
  readonly epochs: readonly number[]
  readonly values: readonly (number | null)[]
  /** Bands around the curve, the widest first: their lower and upper edges at each epoch. */
  readonly bands?: readonly { readonly from: readonly number[]; readonly to: readonly number[] }[]
}

/** Number of run colours in `style.ts`. */
const palette = 8

/** The colour of the n-th run. */
export function colourOf(index: number): Colour {
  return `--run-${index % palette}`
}

/** A dot in the colour of a curve, for legends, or at a position on a track. */
export function dot(colour: Colour, { left, title }: { left?: number; title?: string } = {}): Html {
  const position = left === undefined ? '' : `; left: ${left.toFixed(1)}%`
  return html`<i class="dot" style="--colour: var(${colour})${position}" title="${title}"></i>`
}

/** The placeholder in which `browser/draw.ts` draws a chart; `undefined` if all its curves are empty. */
export function figure(chart: Chart): Html | undefined {
  const curves = chart.curves.filter(({ values }) => values.some((value) => value !== null))
  if (curves.length === 0) return undefined
  return html`<figure class="chart" aria-label="${chart.title}">
<figcaption><h3>${chart.title}</h3>${chart.caption && html`<p>${chart.caption}</p>`}</figcaption>
<div class="plot"></div>
<script type="application/json">${json({ ...chart, curves })}</script>
</figure>`
}
