import type uPlotClass from 'uplot'
import type { Chart, Colour, Curve } from '../chart.ts'

declare const uPlot: typeof uPlotClass

/*
 * The source text of the functions in this folder is inlined into the page. They may use one another, the DOM and uPlot, and
 * nothing else from outside themselves.
 */

/** Draws or redraws every chart of the page. */
export function drawAll(): void {
  for (const figure of document.querySelectorAll<HTMLElement>('figure.chart')) draw(figure)
}

export function draw(figure: HTMLElement): void {
  const chart: Chart = JSON.parse(figure.querySelector('script')!.text)
  const container = figure.querySelector<HTMLElement>('.plot')!
  container.replaceChildren()
  const { series, bands, data } = seriesOf(chart, container)
  const fill = (_plot: uPlotClass, i: number) => series[i].stroke as string
  new uPlot(
    {
      width: container.clientWidth,
      height: Math.max(190, Math.min(300, container.clientWidth * 0.55)),
      series,
      bands,
      legend: { markers: { width: 0, fill } },
      scales: { x: { time: false }, y: scaleOf(chart) },
      axes: axesOf(chart, container),
    },
    data,
    container,
  )
  // The legend lists curves, not the edges of their bands.
  const rows = container.querySelectorAll<HTMLElement>('.u-legend .u-series')
  for (const [i, row] of rows.entries()) row.hidden = series[i].label === ''
}

/** Converts curves to uPlot series: one line per curve and two invisible lines per band. */
export function seriesOf({ curves, unit = '' }: Chart, container: HTMLElement) {
  const epochs = [...new Set(curves.flatMap((curve) => curve.epochs))].sort((a, b) => a - b)
  const aligned = (curve: Curve, values: readonly (number | null)[]) => {
    const byEpoch = new Map(curve.epochs.map((epoch, i) => [epoch, values[i]]))
    return epochs.map((epoch) => byEpoch.get(epoch) ?? null)
  }
  const value = (_plot: uPlotClass, number: number | null) =>
    number === null ? '' : `${Number(number.toPrecision(4))}${unit}`
  const series: uPlotClass.Series[] = [{ label: 'epoch', value: (_plot, epoch) => `${epoch ?? ''}` }]
  const bands: uPlotClass.Band[] = []
  const data: (number | null)[][] = [epochs]
  for (const curve of curves) {
    const stroke = colourIn(container, curve.colour)
    for (const { from, to } of curve.bands ?? []) {
      bands.push({ series: [series.length, series.length + 1], fill: translucent(stroke) })
      for (const edge of [to, from]) {
        series.push({ label: '', width: 0, points: { show: false } })
        data.push(aligned(curve, edge))
      }
    }
    series.push({ label: curve.name, stroke, width: 2, value, points: { show: epochs.length < 3, size: 6 } })
    data.push(aligned(curve, curve.values))
  }
  return { series, bands, data: data as uPlotClass.AlignedData }
}

export function scaleOf({ scale, range = [Infinity, -Infinity] }: Chart): uPlotClass.Scale {
  if (scale === 'logarithmic') return { distr: 3 }
  const [least, largest] = range
  return {
    range: (_plot, from, to) =>
      uPlot.rangeNum(Math.min(from ?? least, least), Math.max(to ?? largest, largest), 0.05, true),
  }
}

export function axesOf({ scale }: Chart, container: HTMLElement): uPlotClass.Axis[] {
  const isShown = (split: number) => scale !== 'logarithmic' || Number.isInteger(Math.log10(split))
  const filter = (_plot: uPlotClass, splits: number[]) =>
    splits.map((split) => (isShown(split) ? split : null))
  const values = (_plot: uPlotClass, splits: (number | null)[]) =>
    splits.map((split) => (split === null || !isShown(split) ? '' : numeral(split)))
  const lines = { stroke: colourIn(container, '--line'), width: 1 }
  const axis = { stroke: colourIn(container, '--quiet'), font: '12px system-ui, sans-serif', grid: lines }
  const marks = { ...lines, size: 4 }
  return [
    { ...axis, ticks: marks, size: 28, gap: 4, incrs: [1, 2, 5, 10, 20, 50, 100] },
    { ...axis, ticks: { ...marks, filter }, grid: { ...lines, filter }, size: 48, gap: 4, values },
  ]
}

/** Resolves a colour variable of the style sheet for use in a canvas, in the current light or dark scheme. */
export function colourIn(container: HTMLElement, name: Colour | '--quiet' | '--line'): string {
  const probe = container.appendChild(document.createElement('i'))
  probe.style.color = `var(${name})`
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

export function translucent(colour: string): string {
  return colour.replace('rgb(', 'rgba(').replace(')', ', 0.16)')
}

/** Formats the label of an axis tick. */
export function numeral(value: number): string {
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential() : `${Number(value.toPrecision(6))}`
}
