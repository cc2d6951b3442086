// The half of Kong's PDK that changes the request to the backend: kong.service.request.
import type { Exchange } from '../http/exchange.ts'
import { headerName, LuaError, normalizeValues } from '../http/response-headers.ts'
import { headerArguments, nameArgument } from './arguments.ts'
import type { PdkFunction } from './function.ts'

function setRequestHeader(exchange: Exchange, name: unknown, value: unknown): void {
  const values = normalizeValues(name, value)
  const header = headerName(name)
  if (header.toLowerCase() === 'host') exchange.upstream.host = values.at(-1) ?? ''
  if (values.length === 0) exchange.requestHeaders.remove(header)
  else exchange.requestHeaders.set(header, values)
}

/** `kong.service.request`. */
export const SERVICE_FUNCTIONS = {
  'kong.service.request.set_header': (x, [name, value]) => setRequestHeader(x, name, value),
  'kong.service.request.set_headers': (x, args) => {
    for (const [name, value] of headerArguments(args)) setRequestHeader(x, name, value)
  },
  'kong.service.request.clear_header': (x, args) => x.requestHeaders.remove(nameArgument(args, 'header')),
  'kong.service.request.set_path': (x, args) => {
    const path = nameArgument(args, 'path')
    if (!path.startsWith('/')) throw new LuaError('path must start with /')
    x.upstream.path = path
  },
} satisfies Record<string, PdkFunction>
