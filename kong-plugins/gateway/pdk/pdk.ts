// Kong's plugin development kit as the gateway serves it, to plugins and to Lua alike.
import { LuaError } from '../http/response-headers.ts'
import { CLIENT_FUNCTIONS } from './client.ts'
import type { PdkFunction } from './function.ts'
import { REQUEST_FUNCTIONS } from './request.ts'
import { RESPONSE_FUNCTIONS } from './response.ts'
import { SERVICE_FUNCTIONS } from './service.ts'

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
    ...CLIENT_FUNCTIONS,
    ...logFunctions,
    ...SERIALIZER_FUNCTIONS,
  }),
)
