import type { Method } from './setting.ts'

/** Returns the value of a custom property, which depends on the colour scheme. */
export function colour(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim()
}

/** Students have the colour of their method. */
export function paintStudent(method: Method): void {
  document.documentElement.style.setProperty('--student', `var(--${method})`)
}

/** Calls back when the colour scheme changes. */
export function onThemeChange(redraw: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw)
}
