// A server that hears of logouts, or of the end of people: a real HTTP server on loopback that answers as it is told.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { Test } from 'tap'

export interface Heard {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly token: string
}

/** What to answer: a status, with headers; or nothing at all. */
export type ReceiverAnswer = number | Readonly<{ status: number; headers: Record<string, string> }> | 'silence'

/** Starts a client's. Answers follow `answers` in order, the last one for ever. */
export function logoutReceiver(t: Test, ...answers: ReceiverAnswer[]) {
  return receiver(t, '/backchannel_logout', (body) => new URLSearchParams(body).get('logout_token') ?? '', answers)
}

/** Starts the backend of an API, which gets a signed token as the body. */
export function signedReceiver(t: Test, ...answers: ReceiverAnswer[]) {
  return receiver(t, '/events', (body) => body, answers)
}

async function receiver(t: Test, path: string, tokenOf: (body: string) => string, answers: readonly ReceiverAnswer[]) {
  const heard: Heard[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const token = tokenOf(body)
    const answer = answers[Math.min(heard.length, answers.length - 1)] ?? 200
    heard.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, token })
    if (answer === 'silence') return
    if (typeof answer === 'number') response.writeHead(answer).end('not looked at')
    else response.writeHead(answer.status, answer.headers).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const close = async () => {
    server.closeAllConnections()
    server.close()
  }
  t.teardown(close)
  return { heard, uri: `http://127.0.0.1:${port}${path}`, close }
}
