import { colourOf, dot } from './chart.ts'
import { type Html, html } from './html.ts'
import type { RunRecord } from './runRecord.ts'

/** Test accuracy of every run by class, the hardest class first; `undefined` if no run has finished. */
export function classes(runs: readonly RunRecord[]): Html | undefined {
  const ended = runs.flatMap(({ name, confusions }, index) =>
    confusions === undefined ? [] : [{ name, index, confusions }],
  )
  if (ended.length === 0) return undefined
  const byClass = new Map<
    string,
    { readonly accuracy: number; readonly name: string; readonly index: number }[]
  >()
  for (const { name, index, confusions } of ended) {
    for (const [label, counts] of confusions.matrix.entries()) {
      const images = counts.reduce((sum, count) => sum + count, 0)
      if (images === 0) continue
      const accuracy = (100 * counts[label]) / images
      const className = confusions.classNames[label]
      byClass.set(className, [...(byClass.get(className) ?? []), { accuracy, name, index }])
    }
  }
  const mean = (marks: readonly { readonly accuracy: number }[]) =>
    marks.reduce((sum, { accuracy }) => sum + accuracy, 0) / marks.length
  const sorted = [...byClass].sort(([, some], [, others]) => mean(some) - mean(others))
  return html`<section><h2>Accuracy by class</h2>
<p class="note">Share of each class's test images that a run classifies correctly after its last epoch, hardest classes first.</p>
<p class="legend">${ended.map(({ name, index }) => html`<span>${dot(colourOf(index))}${name}</span> `)}</p>
<ol class="classes">${sorted.map(
    ([className, marks]) => html`<li>
<span>${className}</span>
<span class="track">${marks.map(({ accuracy, name, index }) =>
      dot(colourOf(index), { left: accuracy, title: `${name}: ${accuracy.toFixed(1)} %` }),
    )}</span>
<span class="number">${mean(marks).toFixed(0)} %</span>
</li>`,
  )}</ol></section>`
}
