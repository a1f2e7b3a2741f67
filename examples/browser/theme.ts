import type { Method } from './setting.ts'

/** The value of a property of the style sheet, which depends on light and dark. */
export function colour(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim()
}

/** Students have the colour of their method. */
export function paintStudent(method: Method): void {
  document.documentElement.style.setProperty('--student', `var(--${method})`)
}

/** Calls back when somebody changes between light and dark. */
export function onThemeChange(redraw: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw)
}
