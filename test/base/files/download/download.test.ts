import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { download } from '../../../../base/files/download/download.ts'
import { temporaryFolder } from '../../../train/temporaryFolder.ts'
import { proxy, serve } from './servers.ts'

const file = Uint8Array.from({ length: 50_000 }, (_, i) => (i * i) % 251)
const sha256 = createHash('sha256').update(file).digest('hex')
const pauseMilliseconds = 1
const checksum = { kind: 'SHA-256', digits: sha256 } as const

describe('download', () => {
  it('should give the whole file and its SHA-256, and leave nothing beside it', async () => {
    const folder = await temporaryFolder()
    const { url } = await serve(file)
    const seen: (number | undefined)[] = []
    const onProgress = (received: number, total: number | undefined) => seen.push(received, total)
    expect(await download(url, join(folder, 'a.tar'), { checksum, onProgress })).toBe(sha256)
    expect(new Uint8Array(await readFile(join(folder, 'a.tar')))).toEqual(file)
    expect(await readdir(folder)).toEqual(['a.tar'])
    expect(seen.slice(-2)).toEqual([file.length, file.length])
  })

  it('should ask for what is missing where the connection breaks', async () => {
    const folder = await temporaryFolder()
    const { url, ranges } = await serve(file, { cuts: [10_000, 20_000, 50_000] })
    expect(await download(url, join(folder, 'a.tar'), { pauseMilliseconds })).toBe(sha256)
    // How much of what was sent before the break arrives is up to the machine.
    const starts = ranges.map((range) => Number(range?.slice('bytes='.length, -1) ?? 0))
    expect(starts).toEqual(starts.toSorted((a, b) => a - b))
    expect(starts.at(-1)).toBeGreaterThan(0)
    expect(await readdir(folder)).toEqual(['a.tar'])
  })

  it('should go on where an earlier process had to stop', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'a.tar')
    const { url, ranges } = await serve(file, { cuts: [10_000, 0, 50_000] })
    await expect(download(url, path, { pauseMilliseconds, attempts: 1 })).rejects.toThrow(
      /cannot be downloaded: .*; the next attempt resumes after the \d+ bytes received/,
    )
    expect(await readdir(folder)).toEqual(['a.tar.partial', 'a.tar.partial.version'])
    const { size } = await stat(`${path}.partial`)
    expect(await download(url, path, { pauseMilliseconds })).toBe(sha256)
    expect(ranges).toEqual([undefined, `bytes=${size}-`, `bytes=${size}-`])
    expect(new Uint8Array(await readFile(path))).toEqual(file)
  })

  it.each([
    ['has another file now', (request: number) => `"${request}"`],
    ['does not say which file it has', () => undefined],
  ])('should begin again where the server %s', async (_, etag) => {
    const path = join(await temporaryFolder(), 'a.tar')
    const { url } = await serve(file, { cuts: [10_000, 50_000], etag })
    expect(await download(url, path, { pauseMilliseconds })).toBe(sha256)
    expect(new Uint8Array(await readFile(path))).toEqual(file)
  })

  it('should refuse a file of another SHA-256, and keep nothing of it', async () => {
    const folder = await temporaryFolder()
    const { url } = await serve(file)
    const digits = '0'.repeat(64)
    const refused = download(url, join(folder, 'a.tar'), { checksum: { ...checksum, digits } })
    await expect(refused).rejects.toThrow(`${url}: expected a file with SHA-256 ${digits}, got ${sha256}`)
    expect(await readdir(folder)).toEqual([])
  })

  it('should know a file by its MD5, in letters of any case', async () => {
    const folder = await temporaryFolder()
    const { url } = await serve(file)
    const digits = createHash('md5').update(file).digest('hex')
    const path = join(folder, 'a.tar')
    expect(await download(url, path, { checksum: { kind: 'MD5', digits: digits.toUpperCase() } })).toBe(
      digits,
    )
  })

  it('should refuse a file that grows beyond the length that the server says, and keep nothing of it', async () => {
    const folder = await temporaryFolder()
    const { url } = await serve(file, { cuts: [10_000, 50_000], total: 20_000 })
    await expect(download(url, join(folder, 'a.tar'), { pauseMilliseconds })).rejects.toThrow(
      `${url}: cannot be downloaded: the server sent 50000 bytes of a file of 20000`,
    )
    expect(await readdir(folder)).toEqual([])
  })

  it('should go on where the server says a larger length than it has, and say so in the end', async () => {
    const path = join(await temporaryFolder(), 'a.tar')
    const { url } = await serve(file, { total: 60_000 })
    await expect(download(url, path, { pauseMilliseconds, attempts: 2 })).rejects.toThrow(
      `${url}: cannot be downloaded: the connection ended after 50000 of 60000 bytes; the next attempt resumes after`,
    )
    expect(await readdir(join(path, '..'))).toEqual(['a.tar.partial', 'a.tar.partial.version'])
  })

  it('should give up at once where there is no such file, later where the server is busy', async () => {
    const folder = await temporaryFolder()
    const absent = await serve(file, { status: 404 })
    await expect(download(absent.url, join(folder, 'a.tar'), { pauseMilliseconds })).rejects.toThrow(
      `${absent.url}: cannot be downloaded: the server answered 404`,
    )
    expect(absent.ranges.length).toBe(1)
    const busy = await serve(file, { status: 503 })
    await expect(
      download(busy.url, join(folder, 'a.tar'), { pauseMilliseconds, attempts: 3 }),
    ).rejects.toThrow('503')
    expect(busy.ranges.length).toBe(3)
  })

  it('should give up where no byte comes', async () => {
    const path = join(await temporaryFolder(), 'a.tar')
    const url = 'http://127.0.0.1:1/teachers.tar'
    await expect(download(url, path, { pauseMilliseconds, attempts: 2 })).rejects.toThrow(
      `${url}: cannot be downloaded: `,
    )
  })

  it('should go through the proxy of the environment', async () => {
    const path = join(await temporaryFolder(), 'a.tar')
    const { url } = await serve(file)
    const { url: proxyUrl, targets } = await proxy()
    vi.stubEnv('http_proxy', proxyUrl)
    vi.stubEnv('no_proxy', '')
    try {
      expect(await download(url, path)).toBe(sha256)
      expect(targets).toEqual([new URL(url).host])
      vi.stubEnv('no_proxy', '127.0.0.1')
      await download(url, path)
      expect(targets.length).toBe(1)
    } finally {
      vi.unstubAllEnvs()
    }
  })
})
