// A feed of revocations as a gateway sees it: gives machine tokens, answers long polls, or misbehaves.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** What to answer instead of the truth. */
export interface Fault {
  readonly status?: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly hang?: true
  /** Announces more than it sends, then breaks the connection off. */
  readonly truncate?: true
}

export interface FeedServer {
  /** The field `revocations` of an issuer in a plugin's config. */
  config(changes?: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>
  /** Adds events, as they look on the wire, and wakes who waits. */
  publish(...events: readonly object[]): void
  /** Another history: what was there before is gone, and cursors of it mean nothing. */
  restore(...events: readonly object[]): void
  feedFault(fault: Fault | undefined): void
  tokenFault(fault: Fault | undefined): void
  /** Tokens handed out so far do not count any more. */
  endTokens(): void
  acceptSecret(secret: string): void
  readonly polls: number
  readonly tokenRequests: number
  /** Most polls that ever waited at once. */
  readonly mostAtOnce: number
  /** The cursors that were sent, in order; '' for none. */
  readonly cursors: readonly string[]
}

/** Starts it; `pageSize` events per answer at most. It ends with the test. */
export async function startFeedServer(
  t: { teardown(ended: () => unknown): void },
  pageSize = 1000,
): Promise<FeedServer> {
  let events: object[] = []
  let history = 1
  let generation = 1
  let secret = 'the secret'
  const faults: { feed: Fault | undefined; token: Fault | undefined } = { feed: undefined, token: undefined }
  const cursors: string[] = []
  const waiting = new Set<() => void>()
  let tokenRequests = 0
  let mostAtOnce = 0
  const wake = (): void => {
    for (const answer of [...waiting]) answer()
  }

  function misbehave(response: ServerResponse, fault: Fault): void {
    if (fault.hang) return
    if (fault.truncate) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"cursor":"1.1","complete":true,"events":[')
      setTimeout(() => response.destroy(), 20)
      return
    }
    response.writeHead(fault.status ?? 200, { 'content-type': 'application/json', ...fault.headers })
    response.end(fault.body ?? '{}')
  }

  function json(response: ServerResponse, status: number, body: object): void {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

  function token(request: IncomingMessage, response: ServerResponse): void {
    tokenRequests += 1
    if (faults.token) {
      misbehave(response, faults.token)
      return
    }
    const expected = `Basic ${Buffer.from(`gateway:${secret.replaceAll(' ', '+')}`).toString('base64')}`
    if (request.headers.authorization !== expected) json(response, 401, { error: 'invalid_client' })
    else json(response, 200, { access_token: `token-${generation}`, token_type: 'Bearer', expires_in: 600 })
  }

  function feed(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://feed')
    const cursor = url.searchParams.get('cursor') ?? ''
    cursors.push(cursor)
    if (faults.feed) {
      misbehave(response, faults.feed)
      return
    }
    if (request.headers.authorization !== `Bearer token-${generation}`) {
      json(response, 401, { error: 'invalid_token' })
      return
    }
    const answer = (): void => {
      clearTimeout(timer)
      waiting.delete(answer)
      const [ofHistory, place] = cursor.split('.')
      const from = ofHistory === String(history) ? Number(place) : 0
      const page = events.slice(from, from + pageSize)
      const end = from + page.length
      const resync = cursor !== '' && ofHistory !== String(history)
      json(response, 200, {
        cursor: `${history}.${end}`,
        complete: end === events.length,
        resync,
        events: page,
        now: Date.now() / 1000,
      })
    }
    const timer = setTimeout(answer, Number(url.searchParams.get('wait')) * 1000)
    waiting.add(answer)
    response.once('close', () => {
      clearTimeout(timer)
      waiting.delete(answer)
    })
    mostAtOnce = Math.max(mostAtOnce, waiting.size)
    if (cursor !== `${history}.${events.length}`) answer()
  }

  const server = createServer((request, response) => {
    request.resume()
    if (request.url === '/token') token(request, response)
    else if (request.url === '/plan-limits') json(response, 200, { known: 0 })
    else if (request.url === '/usage') json(response, 200, { counted: true })
    else feed(request, response)
  })
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, () => resolve()))
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })

  return {
    config: (changes = {}) => ({
      url: `${origin}/revocations`,
      token_url: `${origin}/token`,
      client_id: 'gateway',
      client_secret: 'the secret',
      ...changes,
    }),
    publish(...more) {
      events = [...events, ...more]
      wake()
    },
    restore(...others) {
      events = [...others]
      history += 1
      wake()
    },
    feedFault(fault) {
      faults.feed = fault
      wake()
    },
    tokenFault(fault) {
      faults.token = fault
    },
    endTokens() {
      generation += 1
    },
    acceptSecret(next) {
      secret = next
      generation += 1
    },
    get polls() {
      return cursors.length
    },
    get tokenRequests() {
      return tokenRequests
    },
    get mostAtOnce() {
      return mostAtOnce
    },
    cursors,
  }
}
