// Kong's plugin development kit as the gateway serves it, to plugins and to Lua alike.

import { isRecord } from '../config/source.ts'
import { errorAnswer, exitAnswer } from '../http/answer.ts'
import { convertDeep, textToBytes } from '../http/bytes.ts'
import type { Exchange } from '../http/exchange.ts'
import type { HeaderList } from '../http/header-list.ts'
import {
  addResponseHeader,
  headerName,
  LuaError,
  normalizeValues,
  setResponseHeader,
} from '../http/response-headers.ts'
import type { PdkFunction } from './function.ts'
import { REQUEST_FUNCTIONS } from './request.ts'

/** The name argument most functions take first. */
export function nameArgument(args: readonly unknown[], what: string): string {
  if (typeof args[0] !== 'string') throw new LuaError(`${what} must be a string`)
  return textToBytes(args[0])
}

function headerArguments(args: readonly unknown[]): [string, unknown][] {
  if (Array.isArray(args[0]) && args[0].length === 0) return []
  if (!isRecord(args[0])) throw new LuaError('headers must be a table')
  return Object.entries(args[0])
}

function setRequestHeader(exchange: Exchange, name: unknown, value: unknown): void {
  const values = normalizeValues(name, value)
  const header = headerName(name)
  if (header.toLowerCase() === 'host') exchange.upstream.host = values.at(-1) ?? ''
  if (values.length === 0) exchange.requestHeaders.remove(header)
  else exchange.requestHeaders.set(header, values)
}

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

function responseHeader(headers: HeaderList, name: string): string | undefined {
  return headers.first(name.replaceAll('_', '-'))
}

const RESPONSE_FUNCTIONS = {
  'kong.response.exit': exit,
  'kong.response.error': error,
  'kong.response.set_status': (x, [status]) => {
    x.status = statusArgument(status, 100)
  },
  'kong.response.set_header': (x, [name, value]) => setResponse(x, name, value),
  'kong.response.set_headers': (x, args) => {
    for (const [name, value] of headerArguments(args)) setResponse(x, name, value)
  },
  'kong.response.add_header': (x, [name, value]) =>
    addResponseHeader(x.responseHeaders, headerName(name), normalizeValues(name, value)),
  'kong.response.clear_header': (x, args) =>
    x.responseHeaders.remove(nameArgument(args, 'header name').replaceAll('_', '-')),
  'kong.response.get_status': (x) => x.status,
  'kong.response.get_header': (x, args) => responseHeader(x.responseHeaders, nameArgument(args, 'header name')),
} satisfies Record<string, PdkFunction>

const SERVICE_FUNCTIONS = {
  'kong.service.request.set_header': (x, [name, value]) => setRequestHeader(x, name, value),
  'kong.service.request.set_headers': (x, args) => {
    for (const [name, value] of headerArguments(args)) setRequestHeader(x, name, value)
  },
  'kong.service.request.add_header': (x, [name, value]) => {
    for (const line of normalizeValues(name, value)) x.requestHeaders.add(headerName(name), line)
  },
  'kong.service.request.clear_header': (x, args) => x.requestHeaders.remove(nameArgument(args, 'header')),
  'kong.service.request.set_path': (x, args) => {
    const path = nameArgument(args, 'path')
    if (!path.startsWith('/')) throw new LuaError('path must start with /')
    x.upstream.path = path
  },
  'kong.service.request.set_raw_query': (x, args) => {
    x.upstream.query = nameArgument(args, 'query')
  },
} satisfies Record<string, PdkFunction>

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const CONTEXT_FUNCTIONS = {
  'kong.ctx.shared.get': (x, [key]) => x.shared.get(key),
  'kong.ctx.shared.set': (x, [key, value]) => void x.shared.set(key, convertDeep(value, textToBytes)),
  'kong.client.get_ip': (x) => x.client.address,
  'kong.client.get_forwarded_ip': (x) => x.client.address,
  'kong.client.get_port': (x) => x.client.port,
  'kong.client.get_forwarded_port': (x) => x.client.port,
  'kong.client.get_protocol': (x) => x.scheme,
  'kong.client.get_consumer': (x) => x.identity.consumer,
  'kong.client.get_credential': (x) => x.identity.credential,
  'kong.client.load_consumer': (_, [key, byUsername], { consumers = [] }) => {
    if (typeof key !== 'string') throw new LuaError('consumer_id must be a string')
    if (byUsername !== true && !UUID.test(key))
      throw new LuaError('cannot load a consumer with an id that is not a uuid')
    const found = consumers.find(({ id, username }) => id === key || (byUsername === true && username === key))
    return convertDeep(found, textToBytes)
  },
  'kong.client.authenticate': (x, [consumer, credential]) => {
    if (!isRecord(consumer) && !isRecord(credential))
      throw new LuaError('either credential or consumer must be provided')
    x.identity = { consumer: convertDeep(consumer, textToBytes), credential: convertDeep(credential, textToBytes) }
  },
  'kong.router.get_route': (x) => x.match?.route.entity,
  'kong.router.get_service': (x) => x.match?.route.service?.entity,
} satisfies Record<string, PdkFunction>

const LOG_LEVELS = ['debug', 'info', 'notice', 'warn', 'err', 'crit', 'alert', 'emerg']

/** `kong.log.*`: parts are joined; tables print as Lua prints them, so pass one string. */
const logFunctions: Record<string, PdkFunction> = Object.fromEntries(
  LOG_LEVELS.map((level): [string, PdkFunction] => [
    `kong.log.${level}`,
    (x, args, { log }) => {
      log(level, args.map((part) => (typeof part === 'object' ? 'table' : String(part))).join(''), x)
    },
  ]),
)

/** For log plugins, of which there are none here. */
const SERIALIZER_FUNCTIONS = {
  'kong.log.set_serialize_value': (_, [key]) => {
    if (typeof key !== 'string') throw new LuaError('key must be a string')
  },
} satisfies Record<string, PdkFunction>

/** Every PDK function that exists here, by Kong's name. */
export const PDK: ReadonlyMap<string, PdkFunction> = new Map<string, PdkFunction>(
  Object.entries({
    ...REQUEST_FUNCTIONS,
    ...RESPONSE_FUNCTIONS,
    ...SERVICE_FUNCTIONS,
    ...CONTEXT_FUNCTIONS,
    ...logFunctions,
    ...SERIALIZER_FUNCTIONS,
  }),
)
