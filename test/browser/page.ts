import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { type PreviewServer, preview } from 'vite'
import { chromiumPath } from './chromium.ts'

/** Without a GPU, Chromium's WebGPU runs on SwiftShader, which comes with it. */
const flags = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
]

/** The built page, served as it wants to be, in a browser. */
export class Stage {
  readonly #server: PreviewServer
  readonly #browser: Browser

  static async open(): Promise<Stage> {
    const root = join(import.meta.dirname, '../../examples/browser')
    const server = await preview({ root, preview: { port: 0 }, logLevel: 'error' })
    return new Stage(
      server,
      await chromium.launch({ ...(chromiumPath && { executablePath: chromiumPath }), args: flags }),
    )
  }

  constructor(server: PreviewServer, browser: Browser) {
    this.#server = server
    this.#browser = browser
  }

  /** The page, newly loaded; `isolated: false` keeps from it what lets its threads share memory. */
  async show({ isolated = true } = {}): Promise<Example> {
    const page = await this.#browser.newPage()
    if (!isolated) {
      await page.route('**', async (route) => {
        const response = await route.fetch()
        const { 'cross-origin-embedder-policy': _, ...headers } = response.headers()
        await route.fulfill({ response, headers })
      })
    }
    const example = new Example(page)
    await page.goto(this.#server.resolvedUrls!.local[0])
    return example
  }

  async close(): Promise<void> {
    await this.#browser.close()
    await this.#server.close()
  }
}

/** A line of the file that the page saves. */
export interface SavedStep {
  readonly run: number
  readonly loss: number
}

/** The page as somebody uses it. */
export class Example {
  readonly page: Page
  /** What the console has shown of errors. */
  readonly errors: string[] = []

  constructor(page: Page) {
    this.page = page
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text())
    })
    page.on('pageerror', (error) => this.errors.push(error.message))
  }

  async press(name: 'Start' | 'Pause' | 'Resume' | 'Reset'): Promise<void> {
    await this.page.getByRole('button', { name }).click()
  }

  async choose(label: 'Method' | 'Executor', option: string): Promise<void> {
    await this.page.getByLabel(label).selectOption(option)
  }

  /** Waits until the page says this. */
  async hears(sentence: RegExp): Promise<void> {
    await this.page.getByRole('status').filter({ hasText: sentence }).waitFor({ timeout: 0 })
  }

  /** The number under this name; NaN where there is none yet. */
  async number(name: 'Step' | 'Loss' | 'Student recognises' | 'Teacher recognises'): Promise<number> {
    const text = await this.page.locator('dt', { hasText: name }).locator('+ dd').textContent()
    return Number.parseFloat(text ?? '')
  }

  /** Waits until so many steps are taken. */
  async reaches(step: number): Promise<void> {
    while (!((await this.number('Step')) >= step)) await this.page.waitForTimeout(100)
  }

  /** The number of steps once what was on its way is there: a second long it has not changed. */
  async settledStep(): Promise<number> {
    for (let before = Number.NaN; ; ) {
      const step = await this.number('Step')
      if (step === before) return step
      before = step
      await this.page.waitForTimeout(1000)
    }
  }

  /** The losses that the page saves, by run. */
  async losses(): Promise<number[][]> {
    const download = this.page.waitForEvent('download')
    await this.page.getByRole('button', { name: 'Save as CSV' }).click()
    const [, ...lines] = (await readFile(await (await download).path(), 'utf8')).trim().split('\n')
    const runs: number[][] = []
    for (const line of lines) {
      const [run, , , , , , loss] = line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
      ;(runs[Number(run)] ??= []).push(Number(loss))
    }
    return runs
  }
}
