// The half of Kong's PDK that answers the client: kong.response.
import { errorAnswer, exitAnswer } from '../http/answer.ts'
import { textToBytes } from '../http/bytes.ts'
import type { Exchange } from '../http/exchange.ts'
import { headerName, LuaError, normalizeValues, setResponseHeader } from '../http/response-headers.ts'
import { headerArguments, nameArgument } from './arguments.ts'
import type { PdkFunction } from './function.ts'

function setResponse(exchange: Exchange, name: unknown, value: unknown): void {
  setResponseHeader(exchange.responseHeaders, headerName(name), normalizeValues(name, value))
}

function statusArgument(status: unknown, min: number): number {
  if (typeof status !== 'number' || status < min || status > 599) {
    throw new LuaError(`code must be a number between ${min} and 599`)
  }
  return status
}

function exit(exchange: Exchange, [status, body, headers]: readonly unknown[]): void {
  const code = statusArgument(status, 100)
  const list = headers === undefined || headers === null ? [] : headerArguments([headers])
  const bodyBytes = typeof body === 'string' ? textToBytes(body) : convertBody(body)
  exchange.answer ??= exitAnswer(exchange, code, bodyBytes, new Map(list))
}

function convertBody(body: unknown): unknown {
  if (body === undefined || body === null || typeof body === 'object') return body
  throw new LuaError('body must be a nil, string or table')
}

function error(exchange: Exchange, [status, message, headers]: readonly unknown[]): void {
  const code = statusArgument(status, 400)
  const list = headers === undefined || headers === null ? [] : headerArguments([headers])
  const text = typeof message === 'object' && message !== null ? JSON.stringify(message) : message
  if (text !== undefined && text !== null && typeof text !== 'string') {
    throw new LuaError('message must be a nil, a string or a table')
  }
  for (const [name, value] of list) setResponse(exchange, name, value)
  exchange.answer ??= errorAnswer(exchange, code, text === null || text === undefined ? undefined : textToBytes(text))
}

/** `kong.response`. */
export const RESPONSE_FUNCTIONS = {
  'kong.response.exit': exit,
  'kong.response.error': error,
  'kong.response.set_status': (x, [status]) => {
    x.status = statusArgument(status, 100)
  },
  'kong.response.set_header': (x, [name, value]) => setResponse(x, name, value),
  'kong.response.set_headers': (x, args) => {
    for (const [name, value] of headerArguments(args)) setResponse(x, name, value)
  },
  'kong.response.clear_header': (x, args) =>
    x.responseHeaders.remove(nameArgument(args, 'header name').replaceAll('_', '-')),
  'kong.response.get_status': (x) => x.status,
  'kong.response.get_header': (x, args) =>
    x.responseHeaders.first(nameArgument(args, 'header name').replaceAll('_', '-')),
} satisfies Record<string, PdkFunction>
