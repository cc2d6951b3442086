// The developer portal as an application of the server itself: made when it starts, the same by each of several instances.
import { refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import { randomId } from '../crypto/random.ts'
import type { Db } from '../store/database.ts'
import { findTakenName } from '../store/queries/portal-names.ts'
import { PORTAL_API } from '../store/tables/apis.ts'
import { PORTAL_CLIENT, upsertApplication } from '../store/tables/applications.ts'
import { upsertSubscription } from '../store/tables/subscriptions.ts'
import { defineBuiltInApi } from './apis.ts'
import { APPLICATION_DEFAULTS } from './application-defaults.ts'
import { InvalidApplication } from './applications.ts'

/** Where somebody stays signed in at the portal at most; it ends with the browser's session anyway. Seconds. */
export const PORTAL_LOGIN_SECONDS = 14 * 24 * 3600

const PLAN = 'portal'

/**
 * @param redirectUri where the portal takes its codes
 * @throws {InvalidApplication} | {InvalidApi} where the catalogue has something else of such a name
 */
export async function definePortal(db: Db, portal: Readonly<{ resource: string; redirectUri: string }>): Promise<void> {
  const { resource, redirectUri } = portal
  await db.transaction().execute(async (trx) => {
    // Before the first portal these names were anybody's: what is there is not overwritten.
    const taken = await findTakenName(trx, resource)
    if (taken !== undefined)
      throw new InvalidApplication(refusal('portal_name_taken', PORTAL_CLIENT, PORTAL_API, taken))
    await defineBuiltInApi(trx, { id: PORTAL_API, name: 'Developer portal', resource, scopes: {}, plans: [PLAN] })
    const application = await upsertApplication(trx, {
      ...APPLICATION_DEFAULTS,
      id: randomId('app'),
      clientId: PORTAL_CLIENT,
      name: 'Developer portal',
      kind: 'web',
      redirectUris: [redirectUri],
      secretHash: null,
      jwks: null,
      grantTypes: ['authorization_code'],
      refreshIdleSeconds: PORTAL_LOGIN_SECONDS,
      refreshAbsoluteSeconds: PORTAL_LOGIN_SECONDS,
      managedBy: 'portal',
      nameVerification: 'always',
    })
    if (!application) throw new InvalidApplication(refusal('portal_client_taken', PORTAL_CLIENT))
    await upsertSubscription(trx, {
      id: randomId('sub'),
      applicationId: application.id,
      apiId: PORTAL_API,
      plan: PLAN,
      scopes: [],
      trusted: true,
      managedBy: 'portal',
    })
  })
}
