// The PDK as a handler sees it: each function is one call to Kong.

import type { Kong } from './kong.ts'
import * as pdk from './pdk-calls.ts'

/** What the handler may do. After the end nothing is said any more, and what is asked is never answered. */
export interface Talk {
  /** Makes a PDK call and waits for its result. */
  ask<Argument, Result>(call: pdk.PdkCall<Argument, Result>, argument: Argument): Promise<Result>
  /** Makes one that has no result, with the next question or at the end. Should it fail in Lua, Kong answers 500. */
  tell<Argument>(call: pdk.PdkCall<Argument, unknown>, argument: Argument): Promise<void>
  /** Makes one after which Kong asks for nothing more: the request is over. */
  last<Argument>(call: pdk.PdkCall<Argument, unknown>, argument: Argument): Promise<void>
}

/** Creates the PDK of one event. (kong-pdk's own is a Proxy that spells each name anew at each call.) */
export function createKong(talk: Talk): Kong {
  return {
    request: {
      getHeader: (name) => talk.ask(pdk.getHeader, name),
      getMethod: () => talk.ask(pdk.getMethod, undefined).then(required),
    },
    nginx: { getVar: (name) => talk.ask(pdk.getVar, name) },
    client: {
      getForwardedIp: () => talk.ask(pdk.getForwardedIp, undefined).then(required),
      loadConsumer: (id, by_username) =>
        talk.ask(pdk.loadConsumer, { id, by_username }).then((found) => (isConsumer(found) ? found : undefined)),
      authenticate: (consumer, credential) => talk.tell(pdk.authenticate, { consumer, credential }),
    },
    log: { setSerializeValue: (k, v) => talk.tell(pdk.setSerializeValue, { k, v }) },
    ctx: {
      shared: {
        get: (key) => talk.ask(pdk.getShared, key),
        set: (k, v) => talk.tell(pdk.setShared, { k, v }),
      },
    },
    service: { request: { setHeaders: (headers) => talk.tell(pdk.setRequestHeaders, headers) } },
    response: {
      setHeaders: (headers) => talk.tell(pdk.setResponseHeaders, headers),
      exit: (status, body, headers) =>
        talk.last(pdk.exit, typeof body === 'string' ? { status, body, headers } : jsonExit(status, body, headers)),
    },
  }
}

/** What Kong makes of a table as body; here it travels as text. */
function jsonExit(status: number, body: object, headers: Readonly<Record<string, string>>) {
  return {
    status,
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
  }
}

function required(text: string | undefined): string {
  if (text === undefined) throw new Error('Kong answered with no text')
  return text
}

function isConsumer(found: pdk.Consumer): found is pdk.Consumer & { readonly id: string } {
  return found.id !== undefined && found.id !== ''
}
