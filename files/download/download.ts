import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Response } from 'undici'
import { InvalidInputError } from '../../engine/errors.ts'
import { type Checksum, checksumOf } from './checksum.ts'
import { PartialFile } from './partialFile.ts'

export interface DownloadOptions {
  /** What the file must be. Default: any, told by its SHA-256. */
  readonly checksum?: Checksum
  /** Called as bytes arrive; the total is unknown where the server does not say. */
  readonly onProgress?: (received: number, total: number | undefined) => void
  /** How often in a row to try without a byte coming. Default 5. */
  readonly attempts?: number
  /** Before the second attempt, doubled before each further one. Default 1000. */
  readonly pauseMilliseconds?: number
}

/** Why a transfer ended early, and whether another attempt may help. */
interface Failure {
  readonly reason: string
  readonly passing: boolean
}

/**
 * Downloads a file, whole or not at all, into a folder that is made, and returns its checksum. Bytes go to a temporary
 * name; where the connection breaks, in this process or an earlier one, only what is missing is asked for, if the server
 * still has the same file. Goes through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY say.
 */
export async function download(url: string, path: string, options: DownloadOptions = {}): Promise<string> {
  const { kind, digits }: Partial<Checksum> = options.checksum ?? {}
  const folder = dirname(path)
  await mkdir(folder, { recursive: true }).catch((error: Error) => {
    throw new InvalidInputError(`${folder}: cannot be made a folder (${error.message})`)
  })
  const partial = new PartialFile(path)
  await receiveAll(url, partial, options)
  const actual = await checksumOf(partial.path, kind)
  const expected = digits?.toLowerCase() ?? actual
  if (actual !== expected) {
    await partial.discard()
    throw new InvalidInputError(`${url}: expected a file of ${kind} ${expected}, but got one of ${actual}`)
  }
  await partial.finish()
  return actual
}

async function receiveAll(url: string, partial: PartialFile, options: DownloadOptions): Promise<void> {
  const { attempts = 5, pauseMilliseconds = 1000 } = options
  let size = await partial.size()
  for (let attempt = 1; ; attempt++) {
    const failure = await receive(url, partial, options)
    if (failure === undefined) return
    const newSize = await partial.size()
    if (newSize > size) attempt = 0
    else if (!failure.passing || attempt >= attempts) {
      const kept = newSize > 0 ? `; the next attempt goes on after the ${newSize} bytes that came` : ''
      throw new InvalidInputError(`${url}: cannot be downloaded: ${failure.reason}${kept}`)
    }
    size = newSize
    await pause(pauseMilliseconds * 2 ** Math.max(0, attempt - 1))
  }
}

/** Asks for what is missing, once. */
async function receive(
  url: string,
  partial: PartialFile,
  options: DownloadOptions,
): Promise<Failure | undefined> {
  // Loaded only here: most commands never download.
  const { EnvHttpProxyAgent, fetch } = await import('undici')
  const dispatcher = new EnvHttpProxyAgent()
  try {
    const [size, version] = [await partial.size(), await partial.version()]
    const range = size > 0 && version ? { range: `bytes=${size}-`, 'if-range': version } : {}
    const headers = { 'accept-encoding': 'identity', ...range }
    return await take(await fetch(url, { headers, dispatcher }), partial, options)
  } catch (error) {
    return { reason: reasonOf(error), passing: true }
  } finally {
    await dispatcher.destroy()
  }
}

async function take(
  response: Response,
  partial: PartialFile,
  options: DownloadOptions,
): Promise<Failure | undefined> {
  const { status, headers, body } = response
  const size = await partial.size()
  const { start, total } = extentOf(response)
  if (status === 416 && total === size) return undefined
  if (status === 416 || (status === 206 && start !== size)) {
    await partial.discard()
    return { reason: `the server has no bytes after ${size}`, passing: true }
  }
  if ((status !== 200 && status !== 206) || body === null) {
    return {
      reason: `the server answered ${status}`,
      passing: status >= 500 || status === 408 || status === 429,
    }
  }
  if (status === 200) await partial.restart(headers.get('etag') ?? headers.get('last-modified') ?? undefined)
  await partial.append(body, (received) => options.onProgress?.(received, total))
  const received = await partial.size()
  if (total === undefined || received === total) return undefined
  if (received < total)
    return { reason: `the connection ended after ${received} of ${total} bytes`, passing: true }
  await partial.discard()
  return { reason: `the server sent ${received} bytes of a file of ${total}`, passing: false }
}

/** Where what was sent begins in the whole file, and the size of that: in a part, `Content-Range: bytes 5-9/10`. */
function extentOf({ status, headers }: Response): { start: number; total: number | undefined } {
  const range = headers.get('content-range')?.match(/^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/)
  const total = status === 200 ? headers.get('content-length') : range?.[2]
  return {
    start: Number(range?.[1] ?? 0),
    total: total != null && /^\d+$/.test(total) ? Number(total) : undefined,
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error && cause.message !== '' ? cause.message : message
}
