// The book of a gateway's faults: each call, what was answered to it, and when it reached the backend.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'

/** Whose calls they are, and what must become of them. */
export interface CallerKind {
  readonly what: string
  readonly path: string
  readonly token: string | undefined
  /** Of the user that the backend must be told; nobody where no call may ever get there. */
  readonly subject?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** One call. Times are those of `performance.now()`. */
export interface Entry {
  readonly number: number
  readonly caller: CallerKind
  readonly method: 'GET' | 'POST'
  readonly began: number
  /** When it was answered, or given up. */
  ended?: number
  /** undefined: not answered, or not wholly. */
  status?: number | undefined
  /** Whether a refusal says when to come back. */
  retryAfter?: boolean
  /** `RateLimit-Limit` of the answer. */
  limit?: string | undefined
  /** When the backend was reached by it. */
  readonly reachedAt: number[]
}

export interface CallBook {
  /** Of the backend. */
  readonly port: number
  readonly entries: readonly Entry[]
  /** What reached the backend and should not have, or not like this. */
  readonly wrong: readonly string[]
  begin(caller: CallerKind, method: Entry['method']): Entry
  close(): void
}

/** The header that numbers calls. */
export const NUMBER = 'x-call'

/** Starts the backend, which writes down what reaches it. */
export async function openCallBook(): Promise<CallBook> {
  const entries: Entry[] = []
  const wrong: string[] = []
  const server = createServer((request, response) => {
    request.resume()
    response.setHeader('content-type', 'application/json').end('{"reached":true}')
    const entry = entries[Number(request.headers[NUMBER])]
    entry?.reachedAt.push(performance.now())
    const objection = entry ? objectionTo(entry.caller, request.headers) : 'a call that nobody made'
    if (objection !== undefined) wrong.push(`the backend was reached by ${entry?.caller.what ?? '?'}: ${objection}`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the backend has no port')
  return {
    port: address.port,
    entries,
    wrong,
    begin(caller, method) {
      const entry: Entry = { number: entries.length, caller, method, began: performance.now(), reachedAt: [] }
      entries.push(entry)
      return entry
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function objectionTo({ subject }: CallerKind, headers: IncomingHttpHeaders): string | undefined {
  if (subject === undefined) return 'it should never have been let through'
  const told = headers['x-authenticated-userid']
  if (told !== subject) return `it came as ${told}, not as ${subject}`
  const app = headers['x-consumer-username']
  if (app !== 'demo-app') return `it came of the application ${app}`
  const mark = Object.keys(headers).find((name) => /mobile.gateway|_|^authorization$/.test(name))
  return mark && `it brought ${mark}`
}
