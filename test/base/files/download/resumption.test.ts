import { readdir, readFile } from 'node:fs/promises'
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { download } from '../../../../base/files/download/download.ts'
import { temporaryFolder } from '../../../train/temporaryFolder.ts'
import { answer } from './servers.ts'

const first = Buffer.alloc(1000, 'a')
/** As long, and another. */
const second = Buffer.alloc(1000, 'b')
const quickly = { pauseMilliseconds: 1, attempts: 3 }
const minutesAgo = (minutes: number) => new Date(Date.now() - 60_000 * minutes).toUTCString()

function sendPart(
  response: ServerResponse,
  file: Uint8Array,
  range: string,
  headers: OutgoingHttpHeaders,
): void {
  response.writeHead(206, { 'content-range': range, ...headers })
  response.end(file.subarray(400))
}

function sendWhole(response: ServerResponse, file: Uint8Array, headers: OutgoingHttpHeaders = {}): void {
  response.writeHead(200, headers)
  response.end(file)
}

/** What is downloaded where the first answer breaks off and the second is this. */
async function resumed(
  headers: OutgoingHttpHeaders,
  next: (response: ServerResponse) => void,
): Promise<{ file: Buffer; ranges: readonly (string | undefined)[]; ifRanges: unknown[] }> {
  const path = join(await temporaryFolder(), 'a.tar')
  const ifRanges: unknown[] = []
  let broken: ServerResponse | undefined
  const { url, ranges } = await answer((request, response, asked) => {
    ifRanges.push(asked['if-range'])
    if (request === 1) {
      broken = response.writeHead(200, { 'content-length': first.length, ...headers })
      broken.write(first.subarray(0, 400))
    } else if (request === 2) next(response)
    else sendWhole(response, second)
  })
  // The connection breaks once the first 400 bytes have arrived.
  const onProgress = (received: number) => void (received === 400 && broken?.destroy())
  await download(url, path, { ...quickly, onProgress })
  return { file: await readFile(path), ranges, ifRanges }
}

describe('a download that is resumed', () => {
  it.each<[string, OutgoingHttpHeaders]>([
    ['a strong entity tag', { etag: '"1"' }],
    ['a date long ago', { 'last-modified': minutesAgo(60) }],
  ])('should be joined to a part of the same file, proved by %s', async (_, headers) => {
    const { file, ranges, ifRanges } = await resumed(headers, (response) =>
      sendPart(response, first, 'bytes 400-999/1000', headers),
    )
    expect(file).toEqual(first)
    expect(ranges).toEqual([undefined, 'bytes=400-'])
    expect(ifRanges).toEqual([undefined, Object.values(headers)[0]])
  })

  it.each<[string, string, OutgoingHttpHeaders]>([
    ['of another entity tag', 'bytes 400-999/1000', { etag: '"2"' }],
    ['of none', 'bytes 400-999/1000', {}],
    ['of a weak one', 'bytes 400-999/1000', { etag: 'W/"1"' }],
    ['from another place', 'bytes 300-999/1000', { etag: '"1"' }],
    ['from no place', 'bytes */1000', { etag: '"1"' }],
    ['from none that can be read', 'pieces 400-999/1000', { etag: '"1"' }],
  ])('should begin again rather than be joined to a part %s', async (_, range, headers) => {
    const { file, ranges } = await resumed({ etag: '"1"' }, (response) =>
      sendPart(response, second, range, headers),
    )
    expect(file).toEqual(second)
    expect(ranges).toEqual([undefined, 'bytes=400-', undefined])
  })

  it('should begin again where the server says that nothing is missing of another file', async () => {
    const { file } = await resumed({ etag: '"1"' }, (response) =>
      response.writeHead(416, { 'content-range': 'bytes */400', etag: '"2"' }).end(),
    )
    expect(file).toEqual(second)
  })

  it.each<[string, OutgoingHttpHeaders]>([
    ['a weak entity tag', { etag: 'W/"1"', 'last-modified': minutesAgo(60) }],
    ['a date that is hardly past', { 'last-modified': minutesAgo(0.5) }],
    ['nothing', {}],
  ])('should ask for all of it where the file is told from others by %s', async (_, headers) => {
    const { file, ranges } = await resumed(headers, (response) => sendWhole(response, second))
    expect(file).toEqual(second)
    expect(ranges).toEqual([undefined, undefined])
  })
})

describe('a download', () => {
  it('should be kept as it comes, whatever the server calls its encoding', async () => {
    const path = join(await temporaryFolder(), 'a.tar.gz')
    const packed = gzipSync(first)
    const asked: unknown[] = []
    const { url } = await answer((_, response, headers) => {
      asked.push(headers['accept-encoding'])
      sendWhole(response, packed, { 'content-encoding': 'gzip', 'content-length': packed.length })
    })
    await download(url, path)
    expect([await readFile(path), asked]).toEqual([packed, ['identity']])
  })

  it('should follow to another address', async () => {
    const path = join(await temporaryFolder(), 'a.tar')
    const { url } = await answer((request, response) =>
      request === 1 ? response.writeHead(302, { location: '/elsewhere' }).end() : sendWhole(response, first),
    )
    await download(url, path)
    expect(await readFile(path)).toEqual(first)
  })

  it.each<[string, OutgoingHttpHeaders]>([
    ['says so', { 'content-length': 1000 }],
    ['does not say so', {}],
  ])('should end where a file is too large and its server %s, and keep nothing of it', async (_, headers) => {
    const folder = await temporaryFolder()
    const { url, ranges } = await answer((_, response) => sendWhole(response, first, headers))
    await expect(download(url, join(folder, 'a'), { ...quickly, mostBytes: 999 })).rejects.toThrow(
      `${url}: cannot be downloaded: expected a file of at most 999 bytes, but it has 1000 or more`,
    )
    expect([await readdir(folder), ranges.length]).toEqual([[], 1])
  })

  it('should end where no byte comes for long', async () => {
    const path = join(await temporaryFolder(), 'a')
    const { url } = await answer(() => {})
    await expect(download(url, path, { ...quickly, attempts: 1, idleMilliseconds: 100 })).rejects.toThrow(
      /cannot be downloaded: .*timeout/i,
    )
  })

  it('should end where bytes come without end, one by one, and keep them', async () => {
    const path = join(await temporaryFolder(), 'a')
    const { url } = await answer((_, response) => {
      const drip = setInterval(() => response.write('x'), 10)
      response.on('close', () => clearInterval(drip))
    })
    await expect(download(url, path, { ...quickly, mostMilliseconds: 500 })).rejects.toThrow(
      /it took too long; the next attempt resumes after the \d+ bytes received/,
    )
  })
})
