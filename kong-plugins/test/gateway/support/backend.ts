// A backend that remembers what reached it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

export interface Seen {
  readonly method: string
  readonly url: string
  /** Names and values in turn, as they came over the wire. */
  readonly rawHeaders: readonly string[]
  readonly headers: IncomingMessage['headers']
}

export interface Backend {
  readonly url: string
  readonly port: number
  /** Every request that arrived, in order. */
  readonly seen: Seen[]
  readonly server: Server
}

interface Ending {
  teardown(ended: () => unknown): void
}

/** Starts a backend; without a handler it answers 200 with JSON. */
export async function startBackend(
  t: Ending,
  handler?: (req: IncomingMessage, res: ServerResponse) => void,
): Promise<Backend> {
  const seen: Seen[] = []
  const server = createServer((req, res) => {
    seen.push({ method: req.method ?? '', url: req.url ?? '', rawHeaders: req.rawHeaders, headers: req.headers })
    if (handler !== undefined) return handler(req, res)
    req.resume()
    req.on('end', () => {
      res.setHeader('content-type', 'application/json')
      res.end('{"from":"backend"}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { url: `http://127.0.0.1:${port}`, port, seen, server }
}

/** The values a backend got for a header, in any spelling of its name. */
export function valuesOf(seen: Seen, name: string): string[] {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '-')
  return seen.rawHeaders.filter((_, i) => i % 2 === 1 && plain(seen.rawHeaders[i - 1] ?? '') === plain(name))
}
