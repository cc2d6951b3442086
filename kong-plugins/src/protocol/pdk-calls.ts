// The PDK calls that our plugins make, one row each, as they behave in Kong 3.9.3.
import type { KongConsumer, KongCredential } from './consumer.ts'
import { question, statement } from './pdk-call.ts'
import { ANSWER, ANYTHING, CONSUMER, LOGIN, LOOKUP, NOTHING, PAIR, TABLE, TABLE_WITH_LASTING, TEXT } from './shapes.ts'
import type { TableWithLasting } from './value.ts'

/** Header values to send; `''` arrives as a blank. */
type HeaderValues = Readonly<Record<string, string>>
type GivenHeaders = Readonly<Record<string, string | readonly string[]>>

/**
 * First value of a request header; undefined when there is none, or nothing in it. It reads `ngx.var.http_*`; a value
 * with `, ` in it is read again from the first 100 headers only. For `authorization` both are harmless: nginx refuses
 * a second one with 400, the name has no dash that an underscore could imitate, and a value that gets lost this way
 * counts as no token.
 */
export const getHeader = question('kong.request.get_header', TEXT, TEXT, (name: string) => name, same)

/** Upper-case as sent, e.g. `GET`. */
export const getMethod = question('kong.request.get_method', NOTHING, TEXT, none, required)

/**
 * nginx's variable of this name: of headers (`http_dpop`) all that came, joined by a comma; `request` is the request
 * line as the client sent it. Undefined when there is none, or nothing in it.
 */
export const getVar = question('kong.nginx.get_var', TEXT, TEXT, (name: string) => name, same)

/** The caller's address; behind a proxy only if Kong's `trusted_ips` names that proxy. */
export const getForwardedIp = question('kong.client.get_forwarded_ip', NOTHING, TEXT, none, required)

/** A consumer of kong.yml; with `true` by its username. Undefined when there is none. Without, an id that is no UUID is 500. */
export const loadConsumer = question(
  'kong.client.load_consumer',
  LOOKUP,
  CONSUMER,
  (id: string, by_username: true) => ({ id, by_username }),
  ({ id, ...found }): KongConsumer | undefined => (id === undefined || id === '' ? undefined : { id, ...found }),
)

/** From now on this is the consumer and the credential of the request, for all plugins after us and the logs. */
export const authenticate = statement(
  'tell',
  'kong.client.authenticate',
  LOGIN,
  (consumer: KongConsumer, credential: KongCredential) => ({ consumer, credential }),
)

/** Sets a member of what log plugins write, dots leading inwards; the value may be a table. */
export const setSerializeValue = statement(
  'tell',
  'kong.log.set_serialize_value',
  PAIR,
  (k: string, v: string | HeaderValues) => ({ k, v }),
)

/** A value that an earlier plugin of this request left; undefined when none. Lua made it: trust no shape. */
export const getShared = question('kong.ctx.shared.get', TEXT, ANYTHING, (key: string) => key, same)

/** Leaves a value (anything that JSON could carry, too) for later plugins of this request. */
export const setShared = statement('tell', 'kong.ctx.shared.set', PAIR, (k: string, v: unknown) => ({ k, v }))

/**
 * Sets, in place of whatever was there, headers of the request to the backend; an empty list clears one. Later plugins
 * see them too. `lasting` are more of them, in an object that never changes: its bytes are made with the first call.
 */
export const setRequestHeaders = statement(
  'tell',
  'kong.service.request.set_headers',
  TABLE_WITH_LASTING,
  (headers: GivenHeaders, lasting?: GivenHeaders): TableWithLasting => [headers, lasting],
)

/** Sets headers of the answer, whoever gives it. */
export const setResponseHeaders = statement(
  'tell',
  'kong.response.set_headers',
  TABLE,
  (headers: HeaderValues) => headers,
)

/**
 * Ends the request. Kong answers nothing to this call and the handler keeps running: always `return` it. A record
 * becomes JSON, and travels as text; of several WWW-Authenticate values only the last is sent.
 */
export const exit = statement(
  'last',
  'kong.response.exit',
  ANSWER,
  (status: number, body: string | Readonly<Record<string, unknown>>, headers: HeaderValues) =>
    typeof body === 'string'
      ? { status, body, headers }
      : {
          status,
          body: JSON.stringify(body),
          headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
        },
)

function none(): undefined {
  return undefined
}

function same<Value>(found: Value): Value {
  return found
}

function required(text: string | undefined): string {
  if (text === undefined) throw new Error('Kong answered with no text')
  return text
}
