// The PDK calls that our plugins make, as they travel: what Kong is given and what it answers.
import { boolean, type Codec, empty, integer, message, nested, single, string } from './codec.ts'
import { pair, table, value } from './value.ts'

/** One of Kong's functions. */
export interface PdkCall<Argument, Result> {
  /** As in Lua, e.g. `kong.request.get_header`. */
  readonly name: string
  readonly argument: Codec<Argument>
  readonly result: Codec<Result>
}

/** A consumer; Kong's plugins look at the first three. */
export interface Consumer {
  readonly id?: string
  readonly username?: string
  readonly custom_id?: string
  /** Seconds since 1970. */
  readonly created_at?: number
}

const text = single(string)
const consumer = message<Consumer>({
  id: [1, string],
  created_at: [2, integer],
  username: [3, string],
  custom_id: [4, string],
})
const credential = message<{ id: string; consumer_id: string }>({ id: [1, string], consumer_id: [2, string] })

/** First value of a request header. Here as everywhere, nil and `''` come alike: as nothing. */
export const getHeader = pdkCall('kong.request.get_header', text, text)
export const getMethod = pdkCall('kong.request.get_method', empty, text)
export const getVar = pdkCall('kong.nginx.get_var', text, text)
export const getForwardedIp = pdkCall('kong.client.get_forwarded_ip', empty, text)
export const loadConsumer = pdkCall(
  'kong.client.load_consumer',
  message<{ id: string; by_username: boolean }>({ id: [1, string], by_username: [2, boolean] }),
  consumer,
)
export const authenticate = pdkCall(
  'kong.client.authenticate',
  message<{ consumer: Consumer; credential: { id?: string; consumer_id?: string } }>({
    consumer: [1, nested(consumer)],
    credential: [2, nested(credential)],
  }),
  empty,
)
export const setSerializeValue = pdkCall('kong.log.set_serialize_value', pair, empty)
export const getShared = pdkCall('kong.ctx.shared.get', text, value)
export const setShared = pdkCall('kong.ctx.shared.set', pair, empty)
/** Of the request to the backend; an empty list clears one. */
export const setRequestHeaders = pdkCall('kong.service.request.set_headers', table, empty)
export const setResponseHeaders = pdkCall('kong.response.set_headers', table, empty)
/** Ends the request; Kong answers nothing. */
export const exit = pdkCall(
  'kong.response.exit',
  message<{ status: number; body: string; headers: Readonly<Record<string, unknown>> }>({
    status: [1, integer],
    body: [2, string],
    headers: [3, nested(table)],
  }),
  empty,
)

function pdkCall<Argument, Result>(
  name: string,
  argument: Codec<Argument>,
  result: Codec<Result>,
): PdkCall<Argument, Result> {
  return { name, argument, result }
}
