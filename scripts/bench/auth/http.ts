// The callers' side of HTTP: kept connections, forms, and answers that are read whole.
// By undici, which takes half the time of node:http: more of a small machine is left to what is measured.
import { Client, type Dispatcher } from 'undici'

/** What came back. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Dispatcher.ResponseData['headers']
  /** Where a redirect leads. */
  readonly location: string | undefined
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
  const patience = { headersTimeout: patienceMillis, bodyTimeout: patienceMillis }
  const client = new Client(origin, patience)
  const cookies = new Map<string, string>()

  async function send(
    method: 'GET' | 'POST',
    path: string,
    form: string | null = null,
    more: Readonly<Record<string, string>> = {},
  ): Promise<HttpAnswer> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const { pathname, search } = new URL(path, origin)
    const { statusCode, headers, body } = await client.request({
      method,
      path: pathname + search,
      headers: { ...always, ...(cookie && { cookie }), ...more },
      body: form,
    })
    for (const line of [headers['set-cookie'] ?? []].flat()) keep(line)
    return { status: statusCode, headers, location: headers.location?.toString(), body: await body.text() }
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
    close: () => void client.destroy(),
  }
}
