// The PDK as a handler sees it: each function is one call to Kong.
import type { Talk } from './pdk-call.ts'
import * as pdk from './pdk-calls.ts'

/**
 * All of it: for the shell alone, which carries out what the stages decided. Only what has a result is a round trip to
 * Kong.
 */
export type Kong = ReturnType<typeof createKong>

/** The reading half: handed to the stages, which decide and change nothing. */
export interface KongReader {
  readonly request: Kong['request']
  readonly nginx: Kong['nginx']
  readonly client: Pick<Kong['client'], 'getForwardedIp' | 'loadConsumer'>
  readonly ctx: { readonly shared: Pick<Kong['ctx']['shared'], 'get'> }
}

/** Creates the PDK of one event. (kong-pdk's own is a Proxy that spells each name anew at each call.) */
export function createKong(talk: Talk) {
  return {
    request: { getHeader: pdk.getHeader.through(talk), getMethod: pdk.getMethod.through(talk) },
    nginx: { getVar: pdk.getVar.through(talk) },
    client: {
      getForwardedIp: pdk.getForwardedIp.through(talk),
      loadConsumer: pdk.loadConsumer.through(talk),
      authenticate: pdk.authenticate.through(talk),
    },
    log: { setSerializeValue: pdk.setSerializeValue.through(talk) },
    ctx: { shared: { get: pdk.getShared.through(talk), set: pdk.setShared.through(talk) } },
    service: { request: { setHeaders: pdk.setRequestHeaders.through(talk) } },
    response: { setHeaders: pdk.setResponseHeaders.through(talk), exit: pdk.exit.through(talk) },
  } as const
}
