// A collector of traces for tests: takes OTLP over HTTP in JSON, or refuses it, or never answers, as it is told.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** One span, as it came. */
export interface CollectedSpan {
  readonly service: string
  /** What is told of the program. */
  readonly program: Readonly<Record<string, unknown>>
  readonly name: string
  /** As the protocol numbers them: 1 internal, 2 server, 3 client. */
  readonly kind: number
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly facts: Readonly<Record<string, unknown>>
  readonly hasFailed: boolean
}

interface Value {
  readonly stringValue?: string
  readonly intValue?: number | string
  readonly boolValue?: boolean
  readonly doubleValue?: number
}
interface Attribute {
  readonly key: string
  readonly value: Value
}

/** Starts one; it ends with the test. @param tls with this certificate, for `localhost`; `ca`: for those alone that it vouches for */
export async function startCollector(
  t: { teardown(ended: () => unknown): void },
  tls?: Readonly<{ key: string; cert: string; ca?: string }>,
) {
  const texts: string[] = []
  const headers: Record<string, unknown>[] = []
  let answer: 'takes' | 'refuses' | 'hangs' = 'takes'
  const server = (tls ? createTlsServer({ ...tls, requestCert: tls.ca !== undefined }) : createServer()).on(
    'request',
    async (request, response) => {
      let text = ''
      for await (const chunk of request) text += chunk
      headers.push({ ...request.headers, url: request.url })
      if (answer === 'hangs') return
      // As one that says what it does not like.
      const key = String(request.headers['api-key'] ?? 'none')
      if (answer === 'refuses') return void response.writeHead(400, `Not with key ${key}`).end(key)
      texts.push(text)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return {
    url: tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    /** Of each batch that came, whatever became of it. */
    headers,
    answers(next: typeof answer): void {
      answer = next
    },
    /** All that it has taken, as text. */
    text: (): string => texts.join('\n'),
    spans: (): readonly CollectedSpan[] => texts.flatMap(spansIn),
  }
}

function spansIn(text: string): CollectedSpan[] {
  const { resourceSpans } = JSON.parse(text)
  return resourceSpans.flatMap(
    ({ resource, scopeSpans }: { resource: { attributes: Attribute[] }; scopeSpans: [] }) => {
      const program = factsOf(resource.attributes)
      const service = String(program['service.name'])
      return scopeSpans.flatMap(({ spans }: { spans: (Record<string, never> & { attributes: Attribute[] })[] }) =>
        spans.map(({ name, kind, traceId, spanId, parentSpanId, attributes, status }) => ({
          service,
          program,
          name,
          kind,
          traceId,
          spanId,
          parentSpanId: parentSpanId || undefined,
          facts: factsOf(attributes),
          hasFailed: Object(status).code === 2,
        })),
      )
    },
  )
}

function factsOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue, boolValue, doubleValue } }) => [
      key,
      stringValue ?? (intValue === undefined ? (boolValue ?? doubleValue) : Number(intValue)),
    ]),
  )
}
