import { execFileSync } from 'node:child_process'
import { type Browser, chromium as driver } from 'playwright-core'
import { afterAll } from 'vitest'

/** Debian's Chromium, without a window; nothing, having said so, where it is not installed and need not be. */
export const chromium: Browser | undefined = await launch()

afterAll(() => chromium?.close())

async function launch(): Promise<Browser | undefined> {
  const executablePath = pathOf('chromium')
  if (executablePath !== undefined) return driver.launch({ executablePath, args: ['--no-sandbox'] })
  const complaint = 'in a browser: there is no chromium on the PATH (Debian: apt-get install chromium)'
  if (process.env.THERMOGRAD_BROWSER_REQUIRED === '1') throw new Error(`Cannot test ${complaint}`)
  console.log(`Not tested ${complaint}`)
  return undefined
}

function pathOf(command: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}
