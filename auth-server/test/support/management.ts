// A machine client at the management API, with the scopes that it is given, and what it asks.
import { MANAGEMENT_SCOPES, type ManagementScope } from '@mobile-api-gateway/sdk/contract/scopes.ts'
import type { InjectOptions } from 'fastify'
import { defineBuiltInApi } from '../../src/catalogue/apis.ts'
import { managementApi } from '../../src/management/built-in-api.ts'
import { createMachineClient } from '../../src/management/machine-client.ts'
import { basic, clientCredentials } from './clients.ts'
import type { TestServer } from './server.ts'

export const ALL_SCOPES = Object.keys(MANAGEMENT_SCOPES).filter(isScope)

function isScope(name: string): name is ManagementScope {
  return Object.hasOwn(MANAGEMENT_SCOPES, name)
}

/** What is sent beside method and path. */
interface Sent {
  readonly body?: unknown
  readonly query?: Readonly<Record<string, string>>
  /** Undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/** Registers a machine client; `ask` calls as it, below /management/v1. */
export async function machine(
  { db, app, config }: Pick<TestServer, 'db' | 'app' | 'config'>,
  scopes: readonly ManagementScope[] = ALL_SCOPES,
) {
  await defineBuiltInApi(db, managementApi(config.issuer))
  const { clientId, clientSecret = '' } = await db
    .transaction()
    .execute((trx) => createMachineClient(trx, config.issuer, { name: 'Machine', scopes }))
  const answer = (await clientCredentials(app, basic(clientId, clientSecret))).json()
  const token = String(answer.access_token)
  const ask = (method: NonNullable<InjectOptions['method']>, path: string, { body, query, headers }: Sent = {}) =>
    app.inject({
      method,
      url: `/management/v1${path}${query ? `?${new URLSearchParams(query)}` : ''}`,
      headers: sent({
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      }),
      ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  return { clientId, clientSecret, token, ask }
}

function sent(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
