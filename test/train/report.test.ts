import { appendFile, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { reportOnRuns, serveReport } from '../../train/index.ts'
import { lockFolder } from '../../train/runFolder/lock.ts'
import { reportedRuns } from './reportedRuns.ts'
import { temporaryFolder } from './temporaryFolder.ts'

/** The names in the first column of the table, in order. */
function namesIn(page: string): string[] {
  return [...page.matchAll(/<th><a href="#run-\d+"><i [^>]*><\/i>([^<]*)<\/a>/g)].map(([, name]) => name)
}

/** The value with one of the values in it, the n-th in the order of reading, in another's place. */
function withDamage(value: unknown, place: number, other: unknown): unknown {
  let size = 0
  JSON.stringify(value, (_key, part) => {
    size++
    return part
  })
  let index = 0
  return JSON.parse(
    JSON.stringify(value, (_key, part) => (index++ === place % size ? (other ?? null) : part)),
  )
}

describe('the report on runs', () => {
  it('should say what each run came to, and how', async () => {
    const page = await reportOnRuns([await reportedRuns()])
    expect(namesIn(page)).toEqual(['student-alone', 'student-dtkd'])
    for (const text of [
      'Test top-1',
      'Learning rate',
      'Accuracy by class',
      'Sharpness',
      'Temperatures',
      'Most frequent confusions',
      'validation images',
      'relaxedSimd',
    ]) {
      expect(page).toContain(text)
    }
    expect(page.match(/Fingerprint of the final weights: <code>[0-9a-f]{64}</g)).toHaveLength(2)
    expect(page).toMatch(/<img src="data:image\/png;base64,iVBORw0KGgo/)
  })

  it('should leave images out where asked, and nothing else', async () => {
    const runs = [await reportedRuns()]
    const [page, bare] = [await reportOnRuns(runs), await reportOnRuns(runs, { images: false })]
    expect(bare).not.toContain('data:image')
    const undated = (text: string) => text.replace(/Written [^<]* UTC/, '')
    expect(undated(bare)).toBe(undated(page).replace(/<img src="data:image[^>]*>/g, ''))
  })

  it('should name runs by what is different in their places', async () => {
    const folder = await reportedRuns()
    const other = join(folder, 'other')
    await mkdir(other)
    await cp(join(folder, 'student-dtkd'), join(other, 'student-dtkd'), { recursive: true })
    expect(namesIn(await reportOnRuns([join(folder, 'student-dtkd'), other]))).toEqual([
      'student-dtkd',
      'other/student-dtkd',
    ])
    expect(namesIn(await reportOnRuns([folder, join(folder, 'student-alone')]))).toEqual([
      'student-alone',
      'other/student-dtkd',
      'student-dtkd',
    ])
  })

  it('should be HTML whatever the runs are called', async () => {
    const folder = await reportedRuns()
    await rename(join(folder, 'student-dtkd'), join(folder, `<script>alert("1 & '2")`))
    const page = await reportOnRuns([folder])
    expect(page).not.toContain('<script>alert')
    expect(page).toContain('&#60;script&#62;alert(&#34;1 &#38; &#39;2&#34;)')
    for (const [, json] of page.matchAll(/<script type="application\/json">(.*?)<\/script>/gs))
      expect(JSON.parse(json).curves.length).toBeGreaterThan(0)
  })

  it('should tell runs that are going on from runs that were stopped', async () => {
    const folder = join(await reportedRuns(), 'student-dtkd')
    for (const name of ['result.json', 'confusions.json']) await rm(join(folder, name))
    expect(await reportOnRuns([folder])).toContain('2 of 2 <small class="stopped">stopped</small>')

    const lock = await lockFolder(folder)
    onTestFinished(() => lock.release())
    // A line that is being written is not yet an epoch.
    await appendFile(join(folder, 'metrics.jsonl'), '{"epoch":3,')
    expect(await reportOnRuns([folder])).toContain('2 of 2 <small class="running">running</small>')
  })

  it('should take a lock that names nobody for the lock of nobody', async () => {
    const folder = join(await reportedRuns(), 'student-dtkd')
    await rm(join(folder, 'result.json'))
    for (const text of ['null', '{', '[]', '{"process":"one"}', '']) {
      await writeFile(join(folder, 'lock-0123456789abcdef'), text)
      expect(await reportOnRuns([folder])).toContain('2 of 2 <small class="stopped">stopped</small>')
    }
  })

  it('should read runs of which nothing but the beginning is there', async () => {
    const folder = join(await reportedRuns(), 'student-dtkd')
    for (const name of ['result.json', 'confusions.json', 'metrics.jsonl', 'recipe.yaml'])
      await rm(join(folder, name))
    const page = await reportOnRuns([folder])
    expect(page).toContain('0 of 2')
    expect(page).not.toContain('<figure')
  })

  it('should name the file in which something is wrong', async () => {
    const folder = await temporaryFolder()
    await expect(reportOnRuns([folder])).rejects.toThrow(
      `${folder}: expected a run folder or a folder that contains some, but found no config.json in it or below it`,
    )
    await expect(reportOnRuns([join(folder, 'gone')])).rejects.toThrow(
      `${join(folder, 'gone')}: cannot read this folder (ENOENT`,
    )
    const config = join(folder, 'config.json')
    await writeFile(config, '{"model":"resnet8"}')
    await expect(reportOnRuns([folder])).rejects.toThrow(
      `${config}: method: expected something with a name, got nothing`,
    )
    await writeFile(config, '{')
    await expect(reportOnRuns([folder])).rejects.toThrow(`${config}: expected JSON`)

    const run = join(await reportedRuns(), 'student-alone')
    await appendFile(join(run, 'metrics.jsonl'), '{"epoch":"three"}\n')
    await expect(reportOnRuns([run])).rejects.toThrow(
      `${join(run, 'metrics.jsonl')}: line 3: epoch: expected a count, got 'three'`,
    )
  })

  it('should name what cannot be read beside what can, whatever is damaged', async () => {
    const folder = await reportedRuns()
    const run = join(folder, 'student-dtkd')
    const files = ['config.json', 'result.json', 'confusions.json', 'metrics.jsonl']
    const whole = new Map<string, string>()
    for (const name of files) whole.set(name, await readFile(join(run, name), 'utf8'))
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), fc.nat(), fc.jsonValue(), async (name, place, value) => {
        const text = whole.get(name)!
        const lines = name === 'metrics.jsonl' ? text.trimEnd().split('\n') : [text]
        const damaged = [
          withDamage(JSON.parse(lines[0]), place, value),
          ...lines.slice(1).map((line) => JSON.parse(line)),
        ]
        await writeFile(join(run, name), damaged.map((part) => `${JSON.stringify(part)}\n`).join(''))
        const page = await reportOnRuns([folder])
        await writeFile(join(run, name), text)
        const readable = namesIn(page)
        expect(readable).toContain('student-alone')
        if (!readable.includes('student-dtkd'))
          expect(page).toContain(`<b>student-dtkd</b> ${join(run, name)}: `)
      }),
      {
        numRuns: 40,
        examples: [
          ['result.json', 0, null],
          ['confusions.json', 4, []],
        ],
      },
    )
  })
})

describe('the served report', () => {
  async function served(paths: readonly string[]) {
    const report = await serveReport(paths, { port: 0 })
    onTestFinished(() => report.close())
    return report.url
  }

  it('should send the runs again only where something has changed', async () => {
    const folder = await reportedRuns()
    const url = await served([folder])
    expect(await (await fetch(url)).text()).toMatch(/^<!doctype html>/)

    const first = await fetch(`${url}runs`)
    expect(first.status).toBe(200)
    expect(namesIn(await first.text())).toEqual(['student-alone', 'student-dtkd'])
    const known = { 'if-none-match': first.headers.get('etag')! }
    expect((await fetch(`${url}runs`, { headers: known })).status).toBe(304)

    await cp(join(folder, 'student-dtkd'), join(folder, 'student-new'), { recursive: true })
    const second = await fetch(`${url}runs`, { headers: known })
    expect(namesIn(await second.text())).toEqual(['student-alone', 'student-dtkd', 'student-new'])
  })

  it('should say what is wrong and go on', async () => {
    const folder = await reportedRuns()
    const url = await served([folder])
    const metrics = join(folder, 'student-alone', 'metrics.jsonl')
    await appendFile(metrics, 'damage\n')
    const broken = await fetch(`${url}runs`)
    expect(broken.status).toBe(200)
    const page = await broken.text()
    expect(namesIn(page)).toEqual(['student-dtkd'])
    expect(page).toContain(`<b>student-alone</b> ${metrics}: line 3: expected an epoch&#39;s metrics`)
    await rm(metrics)
    expect(namesIn(await (await fetch(`${url}runs`)).text())).toEqual(['student-alone', 'student-dtkd'])
  })

  it('should go on where a folder goes', async () => {
    const [kept, gone] = [await reportedRuns(), await reportedRuns()]
    const url = await served([kept, gone])
    await rm(gone, { recursive: true })
    const page = await (await fetch(`${url}runs`)).text()
    expect(namesIn(page)).toEqual(['student-alone', 'student-dtkd'])
    expect(page).toContain(`<b>${gone}</b> ${gone}: cannot read this folder (ENOENT`)
    await rm(kept, { recursive: true })
    expect(await (await fetch(`${url}runs`)).text()).toContain(`<b>${kept}</b>`)
    // They are cleared away at the end.
    for (const folder of [kept, gone]) await mkdir(folder)
  })

  it('should be read by pages of this machine alone, and only read', async () => {
    const url = await served([await reportedRuns()])
    expect((await fetch(url, { method: 'POST' })).status).toBe(405)
    expect((await fetch(`${url}config.json`)).status).toBe(404)
    // As if another site's name led to this address.
    const { get } = await import('node:http')
    const status = await new Promise((resolve) => {
      get(`${url}runs`, { headers: { host: 'example.org' } }, (response) => resolve(response.statusCode))
    })
    expect(status).toBe(403)
  })

  it('should say when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    await expect(serveReport([await reportedRuns()], { port })).rejects.toThrow(
      `port ${port}: cannot listen on it (listen EADDRINUSE`,
    )
  })
})
