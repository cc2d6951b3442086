// The gateway itself as a client of ours: what it may do is read the feed of revocations, and tell limits and calls.
import { UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { registerApplication } from '../catalogue/applications.ts'
import { subscribe } from '../catalogue/subscriptions.ts'
import { sha256 } from '../crypto/digest.ts'
import { OPERATOR } from '../identity/administration/authority.ts'
import { GATEWAY_SCOPES } from '../oauth/feed/gateway-access.ts'
import type { Trx } from '../store/database.ts'
import { handOverSecret } from '../store/queries/client-secrets.ts'
import { REVOCATIONS_API } from '../store/tables/apis.ts'

/** Its client_id in kong.yml, unless that says otherwise. */
export const GATEWAY_CLIENT_ID = 'gateway'

/** @throws {UsageError} when it is too short to be stored as a plain hash */
export function requireGatewaySecret(secret: string): string {
  if (Buffer.from(secret, 'base64url').length < 32)
    throw new UsageError('GATEWAY_CLIENT_SECRET has to hold 32 random bytes in base64url.')
  return secret
}

/** Registers it, or brings it up to this secret; the one before goes on for so many seconds. The auth server makes the API and its plan when it starts. */
export async function registerGateway(
  trx: Trx,
  issuer: string,
  {
    clientId,
    clientSecret,
    keepSeconds = 0,
  }: Readonly<{ clientId: string; clientSecret: string; keepSeconds?: number }>,
): Promise<void> {
  const application = {
    clientId,
    name: 'Gateway',
    kind: 'web',
    redirectUris: [],
    authMethod: 'client_secret_basic',
    clientSecret,
    grantTypes: ['client_credentials'],
  } as const
  await handOverSecret(trx, clientId, sha256(clientSecret), keepSeconds)
  const applicationId = await registerApplication(trx, application, issuer, OPERATOR)
  const scopes = GATEWAY_SCOPES
  const subscription = { applicationId, apiId: REVOCATIONS_API, plan: 'gateway', scopes, trusted: false }
  await subscribe(trx, subscription, OPERATOR)
}
