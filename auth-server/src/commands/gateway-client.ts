// The gateway itself as a client of ours: what it may do is read the feed of revocations.
import { registerApplication } from '../catalogue/applications.ts'
import { subscribe } from '../catalogue/subscriptions.ts'
import { REVOCATIONS_SCOPE } from '../oauth/feed/revocations.ts'
import type { Trx } from '../store/database.ts'

/** Registers it, or brings it up to this secret. The auth server makes the API and its plan when it starts. */
export async function registerGateway(trx: Trx, clientId: string, clientSecret: string): Promise<void> {
  const applicationId = await registerApplication(trx, {
    clientId,
    name: 'Gateway',
    kind: 'web',
    redirectUris: [],
    authMethod: 'client_secret_basic',
    clientSecret,
    grantTypes: ['client_credentials'],
  })
  const scopes = [REVOCATIONS_SCOPE]
  await subscribe(trx, { applicationId, apiId: 'revocations', plan: 'gateway', scopes, trusted: false })
}
