import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { aFunction, count, type Rules, whole } from '../../arguments.ts'
import { demand, InvalidInputError } from '../../errors.ts'
import { type Checksum, checksumOf } from './checksum.ts'
import { PartialFile } from './partialFile.ts'
import { extentOf, isOfVersion, versionOf } from './version.ts'

export interface DownloadOptions {
  /** Checksum that the file must have. Default: any; `download` returns the SHA-256. */
  readonly checksum?: Checksum | undefined
  /** Called as bytes arrive; the total is `undefined` if the server does not send it. */
  readonly onProgress?: (received: number, total: number | undefined) => void
  /** Number of consecutive attempts that may bring no bytes. Default 5. */
  readonly attempts?: number
  /** Pause before the second attempt, doubled before each further one. Default 1000. */
  readonly pauseMilliseconds?: number
  /** Limit of the file's size in bytes. Default 2 GiB. */
  readonly mostBytes?: number
  /** Longest wait for the next byte. Default one minute. */
  readonly idleMilliseconds?: number
  /** Limit of the whole download; the bytes received until then are kept for the next call. Default six hours. */
  readonly mostMilliseconds?: number
}

/** Up to the longest delay of a timer. */
const milliseconds = whole(0, 2 ** 31 - 1)

export const downloadRules: Rules<Omit<DownloadOptions, 'checksum'>> = {
  onProgress: aFunction,
  attempts: count,
  pauseMilliseconds: milliseconds,
  mostBytes: whole(1),
  idleMilliseconds: milliseconds,
  mostMilliseconds: milliseconds,
}

/** The reason for which a transfer ended early, and whether another attempt may help. */
interface Failure {
  readonly reason: string
  readonly passing: boolean
}

/**
 * Downloads a file, whole or not at all, and returns its checksum. Makes the folder if needed. Bytes go to a temporary
 * name. If the connection breaks, in this process or an earlier one, requests only the missing bytes, and joins them to
 * the rest if the server proves that they belong to the same file (RFC 9110, 15.3.7.3); otherwise starts again. Stores
 * the bytes as received, without unpacking. Uses the proxy of HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
 */
export async function download(url: string, path: string, options: DownloadOptions = {}): Promise<string> {
  const { kind, digits }: Partial<Checksum> = options.checksum ?? {}
  const folder = dirname(path)
  await mkdir(folder, { recursive: true }).catch((error: Error) => {
    throw new InvalidInputError(`${folder}: cannot create this folder (${error.message})`)
  })
  const partial = new PartialFile(path)
  await receiveAll(url, partial, options)
  const actual = await checksumOf(partial.path, kind)
  const expected = digits?.toLowerCase() ?? actual
  if (actual !== expected) {
    await partial.discard()
    throw new InvalidInputError(`${url}: expected a file with ${kind} ${expected}, got ${actual}`)
  }
  await partial.finish()
  return actual
}

async function receiveAll(url: string, partial: PartialFile, options: DownloadOptions): Promise<void> {
  const { attempts = 5, pauseMilliseconds = 1000, mostMilliseconds = 6 * 3600 * 1000 } = options
  const signal = AbortSignal.timeout(mostMilliseconds)
  let size = await partial.size()
  for (let attempt = 1; ; attempt++) {
    const failure = await receive(url, partial, options, signal)
    if (failure === undefined) return
    const newSize = await partial.size()
    if (newSize > size && failure.passing) attempt = 0
    else if (!failure.passing || attempt >= attempts) {
      const kept = newSize > 0 ? `; the next attempt resumes after the ${newSize} bytes received` : ''
      throw new InvalidInputError(`${url}: cannot be downloaded: ${failure.reason}${kept}`)
    }
    size = newSize
    await pause(pauseMilliseconds * 2 ** Math.max(0, attempt - 1))
  }
}

/** Requests the missing bytes, once. */
async function receive(
  url: string,
  partial: PartialFile,
  options: DownloadOptions,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  // Loaded here because most commands never download.
  const { EnvHttpProxyAgent, interceptors, request } = await import('undici')
  const agent = new EnvHttpProxyAgent()
  const { idleMilliseconds = 60_000 } = options
  try {
    const [size, version] = [await partial.size(), await partial.version()]
    const range = size > 0 && version ? { range: `bytes=${size}-`, 'if-range': version } : {}
    const response = await request(url, {
      headers: { 'accept-encoding': 'identity', ...range },
      dispatcher: agent.compose(interceptors.redirect({ maxRedirections: 10 })),
      headersTimeout: idleMilliseconds,
      bodyTimeout: idleMilliseconds,
      signal,
    })
    // An error of a body that is not read does not matter.
    response.body.on('error', () => {})
    return await take(response, partial, options)
  } catch (error) {
    if (error instanceof InvalidInputError) throw error
    if (signal.aborted) return { reason: 'it took too long', passing: false }
    return { reason: reasonOf(error), passing: true }
  } finally {
    await agent.destroy()
  }
}

async function take(
  response: Dispatcher.ResponseData,
  partial: PartialFile,
  { onProgress, mostBytes = 2 ** 31 }: DownloadOptions,
): Promise<Failure | undefined> {
  const { statusCode: status, headers, body } = response
  const [size, version] = [await partial.size(), await partial.version()]
  const { start, total } = extentOf(response)
  const isSameFile = version !== undefined && isOfVersion(headers, version)
  if (status === 416 && total === size && isSameFile) return undefined
  if (status === 416 || (status === 206 && (start !== size || !isSameFile))) {
    await partial.discard()
    return { reason: `the server has no bytes after ${size} of the same file`, passing: true }
  }
  if (status !== 200 && status !== 206) {
    return {
      reason: `the server answered ${status}`,
      passing: status >= 500 || status === 408 || status === 429,
    }
  }
  if (status === 200) await partial.restart(versionOf(headers))
  const demandRoom = (bytes: number) =>
    demand(
      bytes <= mostBytes,
      () => `expected a file of at most ${mostBytes} bytes, but it has ${bytes} or more`,
    )
  try {
    demandRoom(total ?? 0)
    await partial.append(body, (received) => {
      demandRoom(received)
      onProgress?.(received, total)
    })
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    await partial.discard()
    return { reason: error.message, passing: false }
  }
  const received = await partial.size()
  if (total === undefined || received === total) return undefined
  if (received < total)
    return { reason: `the connection ended after ${received} of ${total} bytes`, passing: true }
  await partial.discard()
  return { reason: `the server sent ${received} bytes of a file of ${total}`, passing: false }
}

function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException
  return message || `${code}`
}
