// The PDK as a handler sees it: each function is one call to Kong, by the name it has there.
import type { KongConsumer } from '../stages/consumer/kong-identity.ts'
import type { Kong } from './kong.ts'

/** Makes one PDK call; `read` takes what Kong answers, which Lua made, for what it should be. */
export type PdkCall = <Result>(
  method: string,
  args: readonly unknown[],
  read: (value: unknown) => Result,
) => Promise<Result>

/** Creates the PDK of one event. (kong-pdk's own is a Proxy that spells each name anew at each call.) */
export function createKong(call: PdkCall): Kong {
  return {
    request: {
      getHeader: (name) => call('kong.request.get_header', [name], textIfAny),
      getMethod: () => call('kong.request.get_method', [], text),
    },
    nginx: { getVar: (name) => call('kong.nginx.get_var', [name], textIfAny) },
    client: {
      getForwardedIp: () => call('kong.client.get_forwarded_ip', [], text),
      loadConsumer: (username, byUsername) => call('kong.client.load_consumer', [username, byUsername], consumerIfAny),
      authenticate: (consumer, credential) => call('kong.client.authenticate', [consumer, credential], nothing),
    },
    log: { setSerializeValue: (key, value) => call('kong.log.set_serialize_value', [key, value], nothing) },
    ctx: {
      shared: {
        get: (key) => call('kong.ctx.shared.get', [key], whatever),
        set: (key, value) => call('kong.ctx.shared.set', [key, value], nothing),
      },
    },
    service: { request: { setHeaders: (headers) => call('kong.service.request.set_headers', [headers], nothing) } },
    response: {
      setHeaders: (headers) => call('kong.response.set_headers', [headers], nothing),
      exit: (status, body, headers) => call('kong.response.exit', [status, body, headers], nothing),
    },
  }
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('Kong answered with no text')
  return value
}

function textIfAny(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : text(value)
}

function consumerIfAny(value: unknown): KongConsumer | undefined {
  if (value === undefined || value === null) return undefined
  if (!isConsumer(value)) throw new Error('Kong answered with no consumer')
  return value
}

function isConsumer(value: unknown): value is KongConsumer {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
}

function whatever(value: unknown): unknown {
  return value ?? undefined
}

function nothing(): void {}
