// A gateway as the auth server knows it: a client that may tell what it counted.
import { randomUUID } from 'node:crypto'
import { defineBuiltInApi } from '../../src/catalogue/apis.ts'
import { GATEWAY_SCOPES, revocationsApi } from '../../src/oauth/feed/gateway-access.ts'
import { clientCredentials, secretClient } from './clients.ts'
import { API, APP, type TestServer } from './server.ts'

/** Registers one. @returns what posts to an endpoint beside the feed, with its token unless there is another */
export async function gatewayClient(
  server: TestServer,
  clientId = 'gateway',
  scopes: readonly string[] = GATEWAY_SCOPES,
) {
  const api = revocationsApi(server.config.issuer)
  await defineBuiltInApi(server.db, api)
  const client = { clientId, name: 'Gateway' }
  const { headers } = await secretClient(server, client, { apiId: api.id, plan: 'gateway', scopes: [...scopes] })
  return async (url: string, payload: unknown, token?: string) => {
    const bearer = token ?? (await clientCredentials(server.app, headers)).json().access_token
    return server.app.inject({
      method: 'POST',
      url,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      payload: JSON.stringify(payload),
    })
  }
}

/** The hour that is now, in seconds. */
export function thisHour(): number {
  return Math.floor(Date.now() / 3_600_000) * 3600
}

/** Calls of the shop at the orders API. */
export function toldCount(changes: object = {}): Readonly<Record<string, unknown>> {
  const about = { audience: API.resource, client_id: APP.clientId, plan: 'basic' }
  return { ...about, hour: thisHour(), accepted: 1, refused: 0, ...changes }
}

export function toldRefusal(request_id: string, changes: object = {}): Readonly<Record<string, unknown>> {
  const about = { audience: API.resource, client_id: APP.clientId, plan: 'basic' }
  const at = Math.floor(Date.now() / 1000)
  return { ...about, request_id, at, code: 'insufficient-scope', facts: { missing: ['orders:write'] }, ...changes }
}

export function usageBatch(
  counts: readonly object[],
  refusals: readonly object[] = [],
  batch: string = randomUUID(),
): object {
  return { batch, counts, refusals }
}
