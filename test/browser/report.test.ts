import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { reportOnRuns, serveReport } from '../../train/index.ts'
import { reportedRuns } from '../train/reportedRuns.ts'
import { chromiumPath } from './chromium.ts'

let browser: Browser

/** A new page, and what it complained of. */
async function openPage(url: string, colorScheme: 'light' | 'dark' = 'light') {
  const context = await browser.newContext({ colorScheme, viewport: { width: 1000, height: 800 } })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) complaints.push(request.url())
  })
  await page.goto(url)
  return { page, complaints }
}

/** How many pixels of each chart are of a colour. */
function inkOf(page: Page): Promise<number[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLCanvasElement>('figure.chart canvas')].map((canvas) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      let coloured = 0
      for (let i = 0; i < data.length; i += 4) {
        const channels = [...data.subarray(i, i + 3)]
        if (data[i + 3] > 0 && Math.max(...channels) - Math.min(...channels) > 60) coloured++
      }
      return coloured
    }),
  )
}

describe.skipIf(chromiumPath === undefined)('the report in a browser', () => {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] })
  })
  afterAll(() => browser.close())

  it.each(['light', 'dark'] as const)('should draw every chart, in %s, without a network', async (scheme) => {
    const folder = await reportedRuns()
    const file = join(folder, 'report.html')
    await writeFile(file, await reportOnRuns([folder]))
    const { page, complaints } = await openPage(`file://${file}`, scheme)

    const titles = await page
      .locator('figure.chart')
      .evaluateAll((all) => all.map(({ ariaLabel }) => ariaLabel))
    expect(titles).toEqual([
      ...[
        'Test top-1',
        'Test loss',
        'Validation top-1',
        'Training loss',
        'Learning rate',
        'Images per second',
      ],
      ...['Training loss and its terms', 'Sharpness'],
      ...['Training loss and its terms', 'Sharpness', 'Temperatures', 'Guarded rows'],
    ])
    const ink = await inkOf(page)
    expect(ink).toHaveLength(titles.length)
    for (const pixels of ink) expect(pixels).toBeGreaterThan(100)

    const legend = page.locator('figure.chart').first().locator('.u-legend')
    expect(await legend.textContent()).toMatch(/student-alone.*student-dtkd/s)
    const picture = page.locator('.confusions img').first()
    expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(4)
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(overflow).toBeLessThanOrEqual(0)
    expect(complaints).toEqual([])
  })

  it('should follow a run', async () => {
    const folder = await reportedRuns()
    const { url, close } = await serveReport([folder], { port: 0 })
    onTestFinished(close)
    const { page, complaints } = await openPage(url)
    await page.getByRole('status').getByText('live').waitFor()
    const details = page.locator('details').first()
    await details.locator('summary').click()
    const epochs = page.locator('table.runs tbody tr').first().locator('td').nth(3)
    expect(await epochs.textContent()).toBe('2')

    const metrics = join(folder, 'student-alone', 'metrics.jsonl')
    const last = JSON.parse((await readFile(metrics, 'utf8')).trimEnd().split('\n')[1])
    await appendFile(metrics, `${JSON.stringify({ ...last, epoch: 3 })}\n`)
    await epochs.getByText('3', { exact: true }).waitFor()
    expect(await details.getAttribute('open')).not.toBe(null)
    for (const pixels of await inkOf(page)) expect(pixels).toBeGreaterThan(100)
    expect(complaints).toEqual([])
  })
})
