import type { EpochMetrics } from '../loop/observer.ts'
import { type Chart, colourOf, dot, figure } from './chart.ts'
import { confusions } from './confusions.ts'
import { type Html, html } from './html.ts'
import type { RunRecord } from './runRecord.ts'
import { spreads } from './spreads.ts'

/** The section on one run: losses, sharpness and temperatures, confusions, recipe and environment. */
export function single(run: RunRecord, index: number, runs: readonly RunRecord[]): Html {
  const { name, recipe, config, result } = run
  const { environment, ...deciding } = config
  const { method, about } = config
  const citation = about && [about.description, about.paper].filter((text) => text !== '').join('. ')
  return html`<section class="run" id="run-${index}">
<h2>${dot(colourOf(index))}${name}</h2>
${citation && html`<p>${method.name}: ${citation}</p>`}
<div class="charts">${[terms(run), ...spreads(run, runs), guardedRows(run)].map(figure)}</div>
${confusions(run)}
<details id="origin-${index}"><summary>Recipe, environment and fingerprints</summary>
${result && html`<p>Fingerprint of the final weights: <code>${result.fingerprint}</code></p>`}
${recipe === undefined ? undefined : html`<h3>recipe.yaml</h3><pre>${recipe}</pre>`}
<h3>Configuration</h3><pre>${JSON.stringify(deciding, undefined, 2)}</pre>
<h3>Environment</h3><pre>${JSON.stringify(environment, undefined, 2)}</pre>
</details>
</section>`
}

function epochsOf(epochs: readonly EpochMetrics[]): number[] {
  return epochs.map(({ epoch }) => epoch)
}

/** Values recorded in `train` that are not terms of the loss. */
const seenBesides = /(Sharpness|Temperature)$/

function terms({ epochs }: RunRecord): Chart {
  const names = [...new Set(epochs.flatMap(({ train }) => Object.keys(train)))]
  const curves = names
    .filter((name) => !seenBesides.test(name))
    .map((name, index) => ({
      name: inWords(name),
      colour: name === 'loss' ? ('--ink' as const) : colourOf(index),
      epochs: epochsOf(epochs),
      values: epochs.map(({ train }) => train[name] ?? null),
    }))
  return { title: 'Training loss and its terms', curves }
}

/** The chart of guarded rows, empty if there are none. */
function guardedRows({ epochs }: RunRecord): Chart {
  const isGuarded = epochs.some(({ guardedRows }) => guardedRows > 0)
  const curve = {
    name: 'guarded rows',
    colour: '--student' as const,
    epochs: epochsOf(epochs),
    values: epochs.map((metrics) => metrics.guardedRows),
  }
  return {
    title: 'Guarded rows',
    caption: 'Training images per epoch for whose logits the formula of the temperatures is undefined.',
    curves: isGuarded ? [curve] : [],
  }
}

/** Converts `crossEntropy` to `cross entropy`. */
function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`)
}
