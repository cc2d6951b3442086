// A backend that remembers every request it was reached by, in the place of the demo API.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { Test } from 'tap'
import type { Stack } from '../../stack/stack-options.ts'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

/** Takes the demo API's port over. The list grows as requests arrive. */
export async function recordingBackend(t: Test, stack: Stack): Promise<readonly Received[]> {
  await stack.processes.api.stop()
  const received: Received[] = []
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    received.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers })
    request.resume()
    response.setHeader('content-type', 'application/json').end('{"reached":true}')
  })
  const { port } = new URL(stack.urls.api)
  await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve))
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return received
}
