import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome']

/** Chromium on this machine, if there is one; its absence is said, and an error where it is required. */
export const chromiumPath = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => names.map((name) => join(folder, name)))
  .find(existsSync)

if (chromiumPath === undefined) {
  const message = `the page in a browser: none of ${names.join(', ')} is on the PATH, see test/browser/README.md`
  if (process.env.THERMOGRAD_BROWSER_REQUIRED === '1') throw new Error(`Cannot test ${message}`)
  console.log(`Not tested: ${message}`)
}
