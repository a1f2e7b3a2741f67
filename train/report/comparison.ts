import type { EpochMetrics } from '../loop/observer.ts'
import { type Chart, type Curve, colourOf, dot, figure } from './chart.ts'
import { type Html, html } from './html.ts'
import type { RunRecord } from './runRecord.ts'

/** Compares all runs: a table of results, and learning curves. */
export function comparison(runs: readonly RunRecord[]): Html {
  return html`<section>
<div class="wide"><table class="runs">
<thead><tr><th>run</th><th>network</th><th>method</th><th>teacher</th><th class="number">epochs</th>
<th class="number">top-1, last</th><th class="number">top-1, best</th><th class="number">top-5, last</th>
<th class="number">loss, last</th><th>best chosen on</th><th class="number">seed</th><th>fingerprint</th></tr></thead>
<tbody>${runs.map(row)}</tbody>
</table></div>
<p class="note">Top-1 and top-5 in percent of the test images, after the last epoch and after the best. A best epoch chosen on
the test images is biased upwards.</p>
</section>
<section><h2>Learning</h2><div class="charts">${curves(runs).map(figure)}</div></section>`
}

function row({ name, config, epochs, result, state }: RunRecord, index: number): Html {
  const last = epochs.at(-1)
  const { model, method, teacher, recipe, seed } = config
  const best = result && html`${percent(result.best.test.top1)} <small>epoch ${result.best.epoch}</small>`
  return html`<tr>
<th><a href="#run-${index}">${dot(colourOf(index))}${name}</a></th>
<td>${model}</td><td>${method.name}</td><td>${teacher?.model ?? '–'}</td>
<td class="number">${epochs.length}${state === 'finished' ? undefined : html` of ${recipe.epochs} <small class="${state}">${state}</small>`}</td>
<td class="number">${last ? percent(last.test.top1) : '–'}</td><td class="number">${best ?? '–'}</td>
<td class="number">${last ? percent(last.test.top5) : '–'}</td><td class="number">${last ? last.test.loss.toFixed(4) : '–'}</td>
<td>${result ? `${result.bestOn} images` : '–'}</td><td class="number">${seed}</td>
<td>${result ? html`<code>${result.fingerprint.slice(0, 12)}</code>` : '–'}</td>
</tr>`
}

function percent(value: number): string {
  return value.toFixed(2)
}

function curves(runs: readonly RunRecord[]): Chart[] {
  const curvesOf = (valueOf: (metrics: EpochMetrics) => number | undefined): Curve[] =>
    runs.map(({ name, epochs }, index) => ({
      name,
      colour: colourOf(index),
      epochs: epochs.map(({ epoch }) => epoch),
      values: epochs.map((metrics) => valueOf(metrics) ?? null),
    }))
  return [
    { title: 'Test top-1', unit: ' %', curves: curvesOf(({ test }) => test.top1) },
    { title: 'Test loss', caption: 'Cross entropy.', curves: curvesOf(({ test }) => test.loss) },
    { title: 'Validation top-1', unit: ' %', curves: curvesOf(({ validation }) => validation?.top1) },
    {
      title: 'Training loss',
      caption: 'Including the terms of its method: losses of different methods are not comparable.',
      curves: curvesOf(({ train }) => train.loss),
    },
    { title: 'Learning rate', scale: 'logarithmic', curves: curvesOf(({ lr }) => lr) },
    { title: 'Images per second', curves: curvesOf(({ imagesPerSecond }) => imagesPerSecond) },
  ]
}
