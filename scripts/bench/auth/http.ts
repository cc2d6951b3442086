// The callers' side of HTTP: kept connections, forms, and answers that are read whole.
// By undici, which takes a fraction of the time of node:http: more of a small machine is left to what is measured.
import { Client, type Dispatcher, util } from 'undici'

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
    const answer = await ask(client, {
      method,
      path: path.startsWith('/') ? path : pathOf(new URL(path)),
      headers: { ...always, ...(cookie && { cookie }), ...more },
      body: form,
    })
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) keep(line)
    return answer
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

function pathOf({ pathname, search }: URL): string {
  return pathname + search
}

/** By the handler that undici itself works with: `request` makes a stream of each answer, which takes half the time. */
function ask(client: Client, request: Dispatcher.DispatchOptions): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let status = 0
    let headers: HttpAnswer['headers'] = {}
    const chunks: Buffer[] = []
    client.dispatch(request, {
      onConnect() {},
      onHeaders(statusCode, rawHeaders) {
        status = statusCode
        headers = util.parseHeaders(rawHeaders)
        return true
      },
      onData(chunk) {
        chunks.push(chunk)
        return true
      },
      onComplete: () =>
        resolve({ status, headers, location: headers.location?.toString(), body: Buffer.concat(chunks).toString() }),
      onError: reject,
    })
  })
}
