import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** What a server was asked for. */
export interface Requests {
  readonly url: string
  /** The `Range` of each request, `undefined` where the whole file was asked for. */
  readonly ranges: (string | undefined)[]
}

export interface Behaviour {
  /** How many bytes each answer has before the connection breaks; the last one holds for all that follow. */
  readonly cuts?: readonly number[]
  /** Of the file's version, by the number of the request. Default: always the same. */
  readonly etag?: (request: number) => string | undefined
  /** Instead of the file. */
  readonly status?: number
  /** The length that the file is said to have. Default: its own. */
  readonly total?: number
}

/** Serves these bytes, in parts if asked, until the test has finished. */
export async function serve(
  file: Uint8Array,
  { cuts = [], etag = () => '"1"', status, total = file.length }: Behaviour = {},
): Promise<Requests> {
  const ranges: (string | undefined)[] = []
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { range } = request.headers
    ranges.push(range)
    if (status !== undefined) {
      response.writeHead(status).end()
      return
    }
    const version = etag(ranges.length)
    const isSame = request.headers['if-range'] === version
    const start = range !== undefined && isSame ? Number(/bytes=(\d+)-/.exec(range)![1]) : 0
    const rest = file.subarray(start)
    const headers = { 'content-length': start > 0 ? rest.length : total, ...(version && { etag: version }) }
    if (start > 0)
      response.writeHead(206, {
        ...headers,
        'content-range': `bytes ${start}-${file.length - 1}/${total}`,
      })
    else response.writeHead(200, headers)
    const cut = cuts[Math.min(ranges.length, cuts.length) - 1] ?? rest.length
    if (cut >= rest.length && headers['content-length'] === rest.length) response.end(rest)
    else response.write(rest.subarray(0, cut), () => setTimeout(() => response.destroy(), 100))
  }
  const port = await listening(createServer(answer))
  return { url: `http://127.0.0.1:${port}/teachers.tar`, ranges }
}

/** Answers each request, by its number from 1, until the test has finished; what was asked for is noted. */
export async function answer(
  handle: (request: number, response: ServerResponse, headers: IncomingMessage['headers']) => void,
): Promise<Requests> {
  const ranges: (string | undefined)[] = []
  const server = createServer((request, response) => {
    ranges.push(request.headers.range)
    handle(ranges.length, response, request.headers)
  })
  return { url: `http://127.0.0.1:${await listening(server)}/teachers.tar`, ranges }
}

/** A proxy that opens tunnels until the test has finished; `targets` lists where to. */
export async function proxy(): Promise<{ url: string; targets: string[] }> {
  const targets: string[] = []
  const server = createServer()
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    targets.push(request.url!)
    const [host, port] = request.url!.split(':')
    const tunnel = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      tunnel.pipe(socket).pipe(tunnel)
    })
    for (const end of [tunnel, socket]) end.on('error', () => {})
  })
  return { url: `http://127.0.0.1:${await listening(server)}`, targets }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}
