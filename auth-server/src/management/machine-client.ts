// Machine clients of the management API: made by the operator alone, each with exactly the scopes that it gets here.
import type { ManagementScope } from '@mobile-api-gateway/sdk/contract/scopes.ts'
import { createApplication } from '../catalogue/applications.ts'
import { subscribe } from '../catalogue/subscriptions.ts'
import { OPERATOR } from '../identity/administration/authority.ts'
import type { Trx } from '../store/database.ts'
import { MANAGEMENT_API } from '../store/tables/apis.ts'
import { MANAGEMENT_PLAN } from './built-in-api.ts'

/** A machine client to be made. */
export interface NewMachineClient {
  readonly name: string
  readonly scopes: readonly ManagementScope[]
  /** Its public keys: then it proves itself by private_key_jwt, and gets no secret. */
  readonly jwks?: unknown
  /** Whether its tokens are bound to a key (RFC 9449). */
  readonly dpopBound?: boolean
}

/**
 * Registers it. The secret is told here, and never again.
 * @throws {InvalidApplication}
 */
export async function createMachineClient(
  trx: Trx,
  issuer: string,
  { name, scopes, jwks, dpopBound = false }: NewMachineClient,
): Promise<Readonly<{ clientId: string; clientSecret: string | undefined }>> {
  const { id: applicationId, ...created } = await createApplication(
    trx,
    {
      name,
      kind: 'web',
      redirectUris: [],
      authMethod: jwks === undefined ? 'client_secret_basic' : 'private_key_jwt',
      jwks,
      grantTypes: ['client_credentials'],
      dpopBound,
    },
    issuer,
    OPERATOR,
  )
  const subscription = { applicationId, apiId: MANAGEMENT_API, plan: MANAGEMENT_PLAN, scopes, trusted: false }
  await subscribe(trx, subscription, OPERATOR)
  return { clientId: created.clientId, clientSecret: created.clientSecret }
}
