import { type Html, html, json } from './html.ts'

/** Curves over the epochs. */
export interface Chart {
  readonly title: string
  /** What is seen, in a sentence, where the title does not say it. */
  readonly caption?: string
  readonly curves: readonly Curve[]
  /** Default straight from the least number to the largest. */
  readonly scale?: 'logarithmic'
  /** The numbers that must be seen at least: charts with the same can be compared. */
  readonly range?: readonly [number, number]
  /** Behind each number. */
  readonly unit?: string
}

/** A variable of the style sheet. */
export type Colour = '--ink' | '--student' | '--teacher' | `--run-${number}`

/** A number for each epoch. */
export interface Curve {
  readonly name: string
  readonly colour: Colour
  readonly epochs: readonly number[]
  readonly values: readonly (number | null)[]
  /** What lies around the curve, the widest first: from where to where at each epoch. */
  readonly bands?: readonly { readonly from: readonly number[]; readonly to: readonly number[] }[]
}

/** How many runs have a colour of their own in `style.ts`. */
const palette = 8

/** A colour for the n-th run. */
export function colourOf(place: number): Colour {
  return `--run-${place % palette}`
}

/** The sign of a curve's colour beside its name, with its place on a track if it has one. */
export function dot(colour: Colour, { left, title }: { left?: number; title?: string } = {}): Html {
  const position = left === undefined ? '' : `; left: ${left.toFixed(1)}%`
  return html`<i class="dot" style="--colour: var(${colour})${position}" title="${title}"></i>`
}

/** The place of a chart in the page; `browser/draw.ts` draws it there. Nothing where there is nothing to draw. */
export function figure(chart: Chart): Html | undefined {
  const curves = chart.curves.filter(({ values }) => values.some((value) => value !== null))
  if (curves.length === 0) return undefined
  return html`<figure class="chart" aria-label="${chart.title}">
<figcaption><h3>${chart.title}</h3>${chart.caption && html`<p>${chart.caption}</p>`}</figcaption>
<div class="plot"></div>
<script type="application/json">${json({ ...chart, curves })}</script>
</figure>`
}
