// The callers' side of HTTP: kept connections, forms, and answers that are read whole.
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** What came back. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** One caller: a connection of its own that is kept, and the cookies it was given. */
export interface HttpCaller {
  get(path: string): Promise<HttpAnswer>
  post(
    path: string,
    form: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<HttpAnswer>
  /** Keeps a cookie as if an answer had set it. @param line `name=value` */
  keep(line: string): void
  close(): void
}

/**
 * Creates a caller of one origin; no redirect is followed.
 * @param patienceMillis after which there is no answer; 0: for ever
 * @param always headers of each of its requests
 */
export function createCaller(
  origin: string,
  patienceMillis = 0,
  always: Readonly<Record<string, string>> = {},
): HttpCaller {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const cookies = new Map<string, string>()

  function send(
    method: string,
    path: string,
    body?: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<HttpAnswer> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return new Promise((resolve, reject) => {
      const asked = request(new URL(path, origin), {
        agent,
        method,
        headers: { ...always, ...(cookie && { cookie }), ...headers },
      })
      asked.on('error', reject)
      asked.setTimeout(patienceMillis, () => asked.destroy(new Error('no answer')))
      asked.on('response', (response) => {
        for (const line of response.headers['set-cookie'] ?? []) keep(line)
        const { statusCode: status = 0, headers: given } = response
        text(response).then((read) => resolve({ status, headers: given, body: read }), reject)
      })
      asked.end(body)
    })
  }

  function keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (/max-age=0\b|expires=thu, 01 jan 1970/i.test(line)) cookies.delete(name)
    else cookies.set(name, value)
  }

  return {
    get: (path) => send('GET', path),
    post: (path, form, headers) =>
      send('POST', path, new URLSearchParams(form).toString(), {
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      }),
    keep,
    close: () => agent.destroy(),
  }
}
