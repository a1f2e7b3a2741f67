import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { arrayOf, check, checkOptions, path as pathRule, whole } from '../../base/arguments.ts'
import { InvalidInputError } from '../../base/errors.ts'
import { demandRuns, findRuns } from './findRuns.ts'
import { contents, livePage } from './page.ts'
import { readRuns } from './runRecord.ts'

/** A running report server. */
export interface ServedReport {
  readonly url: string
  close(): Promise<void>
}

const portRule = whole(0, 65_535)

/**
 * Serves a live report on the runs under the given paths, on this machine only. The page follows the contents of the run
 * folders, shows runs that start later, and names those that cannot be read with the reason. Port 0 picks a free port.
 * Throws if a path contains no run or the port is taken.
 */
export async function serveReport(
  paths: readonly string[],
  options: { readonly port: number },
): Promise<ServedReport> {
  check('serveReport', 'paths', paths, arrayOf(pathRule))
  checkOptions('serveReport', options, { port: portRule }, ['port'])
  const { port } = options
  demandRuns(await findRuns(paths))
  const page = await livePage()
  const server = createServer((request, response) => {
    answer(request, response, paths, page).catch((error: Error) => {
      response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(error.message)
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening').catch((error: Error) => {
    throw new InvalidInputError(`port ${port}: cannot listen on it (${error.message})`)
  })
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${taken}/`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function answer(
  { method, url, headers }: IncomingMessage,
  response: ServerResponse,
  paths: readonly string[],
  page: string,
): Promise<void> {
  // Checks the host against DNS rebinding: a page from another origin must not read the report.
  const isFromHere = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '')
  if (!isFromHere) response.writeHead(403).end()
  else if (method !== 'GET') response.writeHead(405, { allow: 'GET' }).end()
  else if (url === '/') response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
  else if (url !== '/runs') response.writeHead(404).end()
  else {
    const found = await findRuns(paths)
    const { runs, unreadable } = await readRuns(found.runs)
    const text = contents({ runs, unreadable: [...found.unreadable, ...unreadable] })
    const etag = `"${createHash('sha256').update(text).digest('hex')}"`
    const isKnown = headers['if-none-match'] === etag
    response.writeHead(isKnown ? 304 : 200, { etag, 'content-type': 'text/html; charset=utf-8' })
    response.end(isKnown ? undefined : text)
  }
}
