// A server at the other end of the wire: answers, refuses, hangs and hangs up as a test says, and keeps what it was sent.
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** What it answers with; 200 and an empty object unless told. */
export interface WireAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** A text goes as it is, everything else as JSON. */
  readonly body?: unknown
}

/** What it was sent. */
export interface WireRequest {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Starts one; it ends with the test. */
export async function startWireServer(t: { teardown(ended: () => unknown): void }) {
  const answers = new Map<string, (WireAnswer | 'hang' | 'hang up')[]>()
  const refused = new Set<string>()
  const asked: (() => void)[] = []
  const server = createServer(async (request, response) => {
    const kept = { url: request.url ?? '', headers: request.headers, body: await text(request) }
    const { path, isToken } = placeOf(request)
    wire[isToken ? 'tokenRequests' : 'requests'].push(kept)
    for (const notify of asked.splice(0)) notify()
    const answer = isToken ? tokenAnswer() : apiAnswer(path, request.headers.authorization ?? '')
    if (answer === 'hang') return
    if (answer === 'hang up') {
      request.socket.destroy()
      return
    }
    const { status = 200, headers = {}, body = {} } = answer
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(status === 204 ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  t.teardown(stop)

  function tokenAnswer(): WireAnswer {
    const body = {
      access_token: `token-${wire.tokenRequests.length}`,
      token_type: 'Bearer',
      expires_in: wire.tokenLifeSeconds,
    }
    return wire.tokenFault ?? { body }
  }

  function apiAnswer(path: string, authorization: string): WireAnswer | 'hang' | 'hang up' {
    if (refused.has(authorization)) return { status: 401, body: { code: 'invalid_token', detail: 'it does not count' } }
    const planned = answers.get(path) ?? []
    // The last one stays.
    return (planned.length > 1 ? planned.shift() : planned[0]) ?? { status: 404, body: {} }
  }

  const wire = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokenRequests: [] as WireRequest[],
    requests: [] as WireRequest[],
    tokenLifeSeconds: 600,
    tokenFault: undefined as WireAnswer | undefined,
    /** What is answered at a path of the API, in this order. */
    answer(path: string, ...planned: (WireAnswer | 'hang' | 'hang up')[]) {
      answers.set(path, planned)
    },
    refuseToken(token: string) {
      refused.add(`Bearer ${token}`)
    },
    /** Calls back when the next request has come. */
    whenAsked(notify: () => void) {
      asked.push(notify)
    },
    stop,
  }
  return wire
}

function placeOf({ url = '' }: IncomingMessage) {
  const path = url.split('?', 1)[0] ?? ''
  return { path: path.replace('/management/v1', ''), isToken: path === '/token' }
}
