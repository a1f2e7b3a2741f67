import { element, html } from './elements.ts'
import { type ExecutorName, executors, firstSetting, type Method, methods, type Setting } from './setting.ts'
import type { Phase } from './state.ts'

export interface Handlers {
  start(setting: Setting): void
  pause(): void
  resume(): void
  reset(): void
  pace(slow: boolean): void
  /** The user made a choice. */
  changed(setting: Setting): void
}

const method = element<HTMLSelectElement>('method')
const temperature = element<HTMLInputElement>('temperature')
const shownTemperature = element('shown-temperature')
const executor = element<HTMLSelectElement>('executor')
const slow = element<HTMLInputElement>('slow')
const go = element<HTMLButtonElement>('go')
const reset = element<HTMLButtonElement>('reset')

const goNames: Record<Phase, string> = {
  idle: 'Start',
  running: 'Pause',
  paused: 'Resume',
  finished: 'Start',
}
let phase: Phase = 'idle'

/** Fills the controls with the first setting and listens to them. */
export function connectControls(handlers: Handlers): void {
  fill(method, methods, firstSetting.method)
  fill(executor, executors, firstSetting.executor)
  temperature.value = `${firstSetting.referenceTemperature}`
  const act: Record<Phase, () => void> = {
    idle: () => handlers.start(chosen()),
    running: () => handlers.pause(),
    paused: () => handlers.resume(),
    finished: () => handlers.start(chosen()),
  }
  go.addEventListener('click', () => act[phase]())
  reset.addEventListener('click', () => handlers.reset())
  slow.addEventListener('change', () => handlers.pace(slow.checked))
  temperature.addEventListener('input', showTemperature)
  for (const control of [method, temperature, executor]) {
    control.addEventListener('change', () => {
      showTemperature()
      handlers.changed(chosen())
    })
  }
  showTemperature()
}

/** Updates the buttons to the state of the page. */
export function showPhase(now: Phase): void {
  phase = now
  go.textContent = goNames[now]
  reset.disabled = now === 'idle'
}

function chosen(): Setting {
  return {
    method: method.value as Method,
    referenceTemperature: temperature.valueAsNumber,
    executor: executor.value as ExecutorName,
  }
}

function showTemperature(): void {
  shownTemperature.textContent = `τ = ${temperature.value}`
  temperature.disabled = method.value === 'alone'
}

function fill(select: HTMLSelectElement, choices: Readonly<Record<string, string>>, chosen: string): void {
  const options = Object.entries(choices).map(([value, text]) => html('option', { value }, text))
  select.replaceChildren(...options)
  select.value = chosen
}
