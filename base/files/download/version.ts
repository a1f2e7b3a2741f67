import type { Dispatcher } from 'undici'

type Headers = Dispatcher.ResponseData['headers']

/**
 * Returns a strong validator of the file that a server sends, by which parts may be joined: a strong entity tag, otherwise
 * the date of the last modification if that is at least a minute before the response (RFC 9110, 8.8.2.2 and 8.8.3).
 * `undefined` if the response has neither.
 */
export function versionOf(headers: Headers): string | undefined {
  const tag = textOf(headers, 'etag')
  if (tag !== undefined) return tag.startsWith('"') ? tag : undefined
  const [modified, answered] = ['last-modified', 'date'].map((name) =>
    Date.parse(textOf(headers, name) ?? ''),
  )
  return answered - modified >= 60_000 ? textOf(headers, 'last-modified') : undefined
}

/** Whether a response has this validator. */
export function isOfVersion(headers: Headers, version: string): boolean {
  return textOf(headers, version.startsWith('"') ? 'etag' : 'last-modified') === version
}

/** Returns the offset of the body in the whole file, and the size of that file: `Content-Range: bytes 5-9/10` for a part. */
export function extentOf({ statusCode, headers }: Dispatcher.ResponseData): {
  start: number | undefined
  total: number | undefined
} {
  const range = textOf(headers, 'content-range')?.match(/^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/)
  const total = statusCode === 200 ? textOf(headers, 'content-length') : range?.[2]
  return {
    start: range?.[1] === undefined ? undefined : Number(range[1]),
    total: total !== undefined && /^\d+$/.test(total) ? Number(total) : undefined,
  }
}

function textOf(headers: Headers, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}
