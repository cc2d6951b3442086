// Answers that the gateway gives itself, with the bodies and headers that Kong gives them (Kong 3.9: pdk/response.lua).
import { textToBytes } from './bytes.ts'
import type { Exchange, GatewayAnswer } from './exchange.ts'
import { nginxVariable } from './header-list.ts'
import { headerName, normalizeValues, setResponseHeader } from './response-headers.ts'

/** Kong's words for statuses that have no words of their own (Kong 3.9: error_handlers.lua, Kong 3.9: pdk/response.lua). */
const MESSAGES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request timeout',
  411: 'Length required',
  412: 'Precondition failed',
  413: 'Payload too large',
  414: 'URI too long',
  417: 'Expectation failed',
  426: 'Upgrade required',
  429: 'Too many requests',
  494: 'Request header or cookie too large',
  500: 'An unexpected error occurred',
  501: 'Not implemented',
  502: 'An invalid response was received from the upstream server',
  503: 'The upstream server is currently unavailable',
  504: 'The upstream server is timing out',
}

/** Statuses whose bodiless answers nginx hands to Kong's error handler; others get nginx's own page. */
const HANDLED = new Set([400, 404, 405, 408, 411, 412, 413, 414, 417, 494, 500, 502, 503, 504])

function html(message: string, id: string): string {
  return `<!doctype html>
<html>
  <head>
    <meta charset="utf-8">
    <title>Error</title>
  </head>
  <body>
    <h1>Error</h1>
    <p>${message}.</p>
    <p>request_id: ${id}</p>
  </body>
</html>
`
}
function xml(message: string, id: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<error>
  <message>${message}</message>
  <requestid>${id}</requestid>
</error>
`
}

type Template = (message: string, id: string) => string
const json: Template = (message, id) => `{\n  "message":"${message}",\n  "request_id":"${id}"\n}`
const plain: Template = (message, id) => `${message}\nrequest_id: ${id}\n`

const TEMPLATES: readonly (readonly [accept: string, type: string, template: Template])[] = [
  ['application/json', 'application/json; charset=utf-8', json],
  ['application/*', 'application/json; charset=utf-8', json],
  ['text/html', 'text/html; charset=utf-8', html],
  ['text/plain', 'text/plain; charset=utf-8', plain],
  ['text/*', 'text/plain; charset=utf-8', plain],
  ['application/xml', 'application/xml; charset=utf-8', xml],
]
const FALLBACK = TEMPLATES[0] ?? ['', '', json]

/** The template for an Accept header: the type with the highest q, JSON where nothing known is asked for. */
function templateFor(accept: string | undefined): readonly [string, string, Template] {
  let best = FALLBACK
  let bestQuality = 0
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/)
    const q = Number(parameters.find((p) => p.startsWith('q='))?.slice(2) ?? 1)
    if (!(q > bestQuality) || !type.includes('/')) continue
    bestQuality = q
    best = TEMPLATES.find(([name]) => name === type) ?? FALLBACK
  }
  return best
}

/** `kong.response.error`: the message in the form the client accepts. Kong does not escape it, so neither do we. */
export function errorAnswer(exchange: Exchange, status: number, message?: string): GatewayAnswer {
  const [, type, template] = templateFor(nginxVariable(exchange.requestHeaders, 'accept'))
  setResponseHeader(exchange.responseHeaders, 'Content-Type', [type])
  const text = message ?? MESSAGES[status] ?? `The upstream server responded with ${status}`
  // 494 is nginx's own status for headers that are too large; clients get 400.
  return { status: status === 494 ? 400 : status, body: template(text, exchange.requestId) }
}

/** `kong.response.exit`: a table becomes JSON, a string is sent as it is, nothing leaves the body to nginx. */
export function exitAnswer(
  exchange: Exchange,
  status: number,
  body: unknown,
  headers: Map<string, unknown>,
): GatewayAnswer {
  for (const [name, value] of headers) {
    setResponseHeader(exchange.responseHeaders, headerName(name), normalizeValues(name, value))
  }
  if (typeof body === 'string') return { status, body }
  if (body === undefined || body === null) return { status, body: undefined }
  if (!headers.has('content-type') && !headers.has('Content-Type')) {
    setResponseHeader(exchange.responseHeaders, 'Content-Type', ['application/json; charset=utf-8'])
  }
  return { status, body: textToBytes(JSON.stringify(body)) }
}

/** The body of an answer that has none of its own, as nginx writes it. */
export function bodyOf(exchange: Exchange, answer: GatewayAnswer): string {
  if (answer.body !== undefined) return answer.body
  if (answer.status < 300 || answer.status === 304) return ''
  if (HANDLED.has(answer.status)) return errorAnswer(exchange, answer.status).body ?? ''
  setResponseHeader(exchange.responseHeaders, 'Content-Type', ['text/html'])
  const title = `${answer.status} ${NGINX_TITLES[answer.status] ?? ''}`.trimEnd()
  const lines = ['<html>', `<head><title>${title}</title></head>`, '<body>', `<center><h1>${title}</h1></center>`]
  return [...lines, '</body>', '</html>', ''].join('\r\n')
}

const NGINX_TITLES: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  401: 'Authorization Required',
  402: 'Payment Required',
  403: 'Forbidden',
  406: 'Not Acceptable',
  409: 'Conflict',
  410: 'Gone',
  415: 'Unsupported Media Type',
  416: 'Requested Range Not Satisfiable',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  501: 'Not Implemented',
  505: 'HTTP Version Not Supported',
  507: 'Insufficient Storage',
}
