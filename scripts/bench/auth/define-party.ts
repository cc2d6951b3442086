// Puts the benchmark's API, clients and person into a database of this project's server.
import { defineApi } from '@mobile-api-gateway/auth-server/catalogue/apis.ts'
import { registerApplication } from '@mobile-api-gateway/auth-server/catalogue/applications.ts'
import { subscribe } from '@mobile-api-gateway/auth-server/catalogue/subscriptions.ts'
import { OPERATOR } from '@mobile-api-gateway/auth-server/identity/administration/authority.ts'
import { createAccount } from '@mobile-api-gateway/auth-server/identity/local-account.ts'
import { DEVICE_GRANT } from '@mobile-api-gateway/auth-server/oauth/device/guests.ts'
import { openDatabase } from '@mobile-api-gateway/auth-server/store/database.ts'
import { API, CLIENT, DEVICE_CLIENT, PERSON } from './party.ts'

/** Of one that has been migrated. */
export async function defineParty({
  databaseUrl,
  origin,
  passwordPepper,
}: Readonly<{ databaseUrl: string; origin: string; passwordPepper: string }>): Promise<void> {
  const db = openDatabase(databaseUrl, () => {}, { connections: 1 })
  try {
    await defineApi(
      db,
      {
        ...API,
        name: 'Bench',
        scopes: { [API.scope]: 'See your orders' },
        plans: ['basic', 'guest'],
        guests: { plan: 'guest', scopes: [API.scope] },
      },
      OPERATOR,
    )
    const applicationId = await registerApplication(
      db,
      {
        clientId: CLIENT.id,
        name: 'Bench',
        kind: 'web',
        redirectUris: [CLIENT.redirectUri],
        authMethod: 'client_secret_basic',
        clientSecret: CLIENT.secret,
        grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
      },
      origin,
      OPERATOR,
    )
    await subscribe(db, { applicationId, apiId: API.id, plan: 'basic', scopes: [API.scope], trusted: true }, OPERATOR)
    const app = { kind: 'native', authMethod: 'none', redirectUris: [DEVICE_CLIENT.redirectUri] } as const
    const grantTypes = ['authorization_code', 'refresh_token', DEVICE_GRANT]
    const settings = { ...app, clientId: DEVICE_CLIENT.id, name: 'Bench on a device', grantTypes }
    const ofDevice = { apiId: API.id, plan: 'basic', scopes: [API.scope], trusted: true }
    const onDevices = await registerApplication(db, settings, origin, OPERATOR)
    await subscribe(db, { ...ofDevice, applicationId: onDevices }, OPERATOR)
    await createAccount(db, passwordPepper, PERSON)
  } finally {
    await db.destroy()
  }
}
