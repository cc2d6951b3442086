// Puts the demo into the database: one user, one API, one app that is subscribed to it, the gateway as a client. Running it again changes nothing.

import { defineApi } from '@mobile-api-gateway/auth-server/catalogue/apis.ts'
import { registerApplication } from '@mobile-api-gateway/auth-server/catalogue/applications.ts'
import { subscribe } from '@mobile-api-gateway/auth-server/catalogue/subscriptions.ts'
import { withDatabase } from '@mobile-api-gateway/auth-server/commands/database-command.ts'
import { registerGateway } from '@mobile-api-gateway/auth-server/commands/gateway-client.ts'
import { OPERATOR } from '@mobile-api-gateway/auth-server/identity/administration/authority.ts'
import { createAccount, ensurePassword } from '@mobile-api-gateway/auth-server/identity/local-account.ts'

/** The demo as the README, `npm start` and the tests tell it. */
export const DEMO = {
  clientId: 'demo-app',
  redirectUri: 'com.example.demo:/callback',
  /** Any port matches (RFC 8252 §7.3). */
  loopbackRedirectUri: 'http://127.0.0.1/callback',
  apiId: 'mobile-api',
  plan: 'basic',
  /** What people without an account have, whom the app knows by their device. */
  guests: { plan: 'guest', scopes: ['orders:read'] },
  scopes: {
    'profile:read': 'See your name and e-mail address',
    'orders:read': 'See your orders',
    'orders:write': 'Place and change orders',
  },
  email: 'demo@example.com',
  password: 'correct-horse-battery',
  /** The gateway itself, which reads the feed of revocations; see kong.yml. */
  gatewayClientId: 'gateway',
} as const

/** What the seed depends on. */
export interface SeedOptions {
  readonly databaseUrl: string
  /** The auth server's own origin. */
  readonly issuer: string
  /** The auth server's PASSWORD_PEPPER. */
  readonly passwordPepper: string
  /** The demo API's resource URI. */
  readonly resource: string
  readonly gatewayClientSecret: string
  /** The password of the demo's person, from now on; the one of the README unless told. */
  readonly demoPassword?: string
}

/** Seeds the demo, in one transaction; the schema must be there. @throws {Error} that says what is wrong with the database */
export async function seedDemo(options: SeedOptions): Promise<void> {
  const { databaseUrl, issuer, passwordPepper, resource, gatewayClientSecret, demoPassword = DEMO.password } = options
  await withDatabase(databaseUrl, (db) =>
    db.transaction().execute(async (trx) => {
      await defineApi(
        trx,
        {
          id: DEMO.apiId,
          name: 'Demo API',
          resource,
          scopes: DEMO.scopes,
          plans: [DEMO.plan, DEMO.guests.plan],
          guests: DEMO.guests,
        },
        OPERATOR,
      )
      const applicationId = await registerApplication(
        trx,
        {
          clientId: DEMO.clientId,
          name: 'Demo app',
          kind: 'native',
          redirectUris: [DEMO.redirectUri, DEMO.loopbackRedirectUri],
          grantTypes: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
        },
        issuer,
        OPERATOR,
      )
      await subscribe(
        trx,
        {
          applicationId,
          apiId: DEMO.apiId,
          plan: DEMO.plan,
          scopes: Object.keys(DEMO.scopes),
          trusted: true,
        },
        OPERATOR,
      )
      await registerGateway(trx, issuer, { clientId: DEMO.gatewayClientId, clientSecret: gatewayClientSecret })
      const demo = { email: DEMO.email, password: demoPassword, name: 'Demo User' }
      const isNew = (await createAccount(trx, passwordPepper, demo)) !== undefined
      if (!isNew) await ensurePassword(trx, passwordPepper, demo)
    }),
  )
}
