// The auth server to which a gateway of the benchmark tells its calls and refusals, and from which it learns who was signed out.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { registerApplication } from '@mobile-api-gateway/auth-server/catalogue/applications.ts'
import { subscribe } from '@mobile-api-gateway/auth-server/catalogue/subscriptions.ts'
import { OPERATOR } from '@mobile-api-gateway/auth-server/identity/administration/authority.ts'
import { GATEWAY_SCOPES, REVOCATIONS_PATH } from '@mobile-api-gateway/auth-server/oauth/feed/gateway-access.ts'
import { openDatabase } from '@mobile-api-gateway/auth-server/store/database.ts'
import { REVOCATIONS_API } from '@mobile-api-gateway/auth-server/store/tables/apis.ts'
import { startPostgres } from '../stack/postgres.ts'
import { launcher, startOurs } from './auth/ours.ts'
import { ISSUER } from './callers.ts'

const CLIENT_ID = 'gateway'

/** What stands in kong.yml below an issuer. */
export interface ReportAccess {
  readonly url: string
  readonly token_url: string
  readonly client_id: string
  readonly client_secret: string
}

/** @param undo is given what stops it again */
export async function startReports(folder: string, undo: (() => Promise<unknown>)[]): Promise<ReportAccess> {
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: false })
  undo.push(() => postgres.stop())
  const { origin, databaseUrl } = await startOurs(postgres, launcher(undo), { ISSUER })
  const clientSecret = randomBytes(32).toString('base64url')
  const db = openDatabase(databaseUrl, () => {}, { connections: 1 })
  try {
    const machine = { kind: 'web', authMethod: 'client_secret_basic', grantTypes: ['client_credentials'] } as const
    const settings = { ...machine, clientId: CLIENT_ID, clientSecret, name: 'Gateway', redirectUris: [] }
    const applicationId = await registerApplication(db, settings, ISSUER, OPERATOR)
    const access = { applicationId, apiId: REVOCATIONS_API, plan: 'gateway', scopes: GATEWAY_SCOPES, trusted: false }
    await subscribe(db, access, OPERATOR)
  } finally {
    await db.destroy()
  }
  return {
    url: `${origin}${REVOCATIONS_PATH}`,
    token_url: `${origin}/token`,
    client_id: CLIENT_ID,
    client_secret: clientSecret,
  }
}
