import { element, html } from './elements.ts'
import { accuracyOf, colourOf, type Run } from './runs.ts'
import { methods } from './setting.ts'

const rows = element('runs')

/** Fills a row for each network, the newest first and the teacher last. */
export function showTable(teacher: Run | undefined, students: readonly Run[]): void {
  const runs = [...students.toReversed(), ...(teacher === undefined ? [] : [teacher])]
  rows.replaceChildren(...runs.map(row))
}

function row(run: Run): HTMLElement {
  const { setting, executor, steps, total } = run
  const name = setting === undefined ? 'Teacher' : `Student: ${methods[setting.method]}`
  const hasTemperature = setting !== undefined && setting.method !== 'alone'
  const accuracy = accuracyOf(run)
  const swatch = html('span', { class: 'swatch', style: `background: var(${colourOf(run)})` })
  return html(
    'tr',
    {},
    html('th', { scope: 'row' }, swatch, name),
    html('td', {}, hasTemperature ? `${setting.referenceTemperature}` : ''),
    html('td', {}, executor),
    html('td', { class: 'number' }, `${steps.at(-1)?.step ?? 0} of ${total}`),
    html('td', { class: 'number' }, accuracy === undefined ? '' : `${accuracy.toFixed(1)} %`),
  )
}
