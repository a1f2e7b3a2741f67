import { element } from './elements.ts'
import { csvOf } from './runs.ts'
import type { State } from './state.ts'

/** Saves the numbers of the curves as a file. */
export function connectSaving(state: State): void {
  element('save').addEventListener('click', () => {
    const runs = state.teacher === undefined ? [] : [state.teacher, ...state.students]
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([csvOf(runs)], { type: 'text/csv' }))
    link.download = 'thermograd.csv'
    link.click()
    URL.revokeObjectURL(link.href)
  })
}
