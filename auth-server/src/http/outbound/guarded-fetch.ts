// A `fetch` to hand to libraries: where it may go, how long an answer may take and how large it may be are guarded as everywhere here.
import { readBody } from './fetch.ts'
import { guardedRequest, type OutboundOptions } from './guarded-request.ts'

/** What libraries say of a request; they never let a redirect be followed. */
export interface FetchedRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly redirect?: string
  readonly signal?: AbortSignal | undefined
}

export type GuardedFetch = (address: string, request: FetchedRequest) => Promise<Response>

/** Statuses whose answers have no body (Fetch, "null body status"). */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304])

/** Answers of any status are handed on, also a redirect; whoever asked decides what to make of them. */
export function guardedFetch(options: OutboundOptions & Readonly<{ maxBytes: number }>): GuardedFetch {
  return async (address, { method = 'GET', headers = {}, body, signal }) => {
    if (method !== 'GET' && method !== 'POST') throw new TypeError(`${method} is not sent`)
    const message = { method, headers: { ...headers, 'accept-encoding': 'identity' }, ...textOf(body) } as const
    return guardedRequest(address, message, { ...options, ...(signal && { signal }) }, async (response) => {
      const { statusCode = 0 } = response
      const bytes = await readBody(response, options.maxBytes)
      const contentType = response.headers['content-type']
      return new Response(WITHOUT_BODY.has(statusCode) ? null : new Uint8Array(bytes), {
        status: statusCode,
        headers: contentType === undefined ? {} : { 'content-type': contentType },
      })
    })
  }
}

function textOf(body: unknown): { readonly body?: string } {
  if (body === undefined || body === null) return {}
  if (typeof body === 'string' || body instanceof URLSearchParams) return { body: String(body) }
  throw new TypeError('only text is sent')
}
