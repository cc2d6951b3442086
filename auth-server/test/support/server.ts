// The authorization server as a test sees it: the whole app on a real database, with the demo's catalogue in it.

import { currentTracing } from '@mobile-api-gateway/sdk/tracing/span.ts'
import type { Test } from 'tap'
import './quick-hashes.ts'
import { buildApp } from '../../src/app.ts'
import { defineApi } from '../../src/catalogue/apis.ts'
import { type ApplicationDefinition, registerApplication } from '../../src/catalogue/applications.ts'
import { type SubscriptionDefinition, subscribe } from '../../src/catalogue/subscriptions.ts'
import { readConfig } from '../../src/config.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { readHooks } from '../../src/delivery/hooks/configure.ts'
import { subscriptionsOf } from '../../src/delivery/hooks/hooks.ts'
import { openDeps } from '../../src/deps.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { readProviders } from '../../src/identity/federation/configure.ts'
import { createAccount } from '../../src/identity/local-account.ts'
import { createLogger } from '../../src/logger.ts'
import { openDatabase } from '../../src/store/database.ts'
import { keepClients, readClients } from '../../src/store/kept-clients.ts'
import { confirmSubscriptions } from '../../src/store/tables/hook-subscriptions.ts'
import { testDatabase } from './database.ts'
import { withQuickKeys } from './quick-keys.ts'

export const ISSUER = 'http://localhost:4000'
export const USER = { email: 'ada@example.com', password: 'a long enough passphrase' }
export const API = {
  id: 'orders-api',
  name: 'Orders',
  resource: 'https://api.example.com/orders',
  scopes: { 'orders:read': 'See your orders', 'orders:write': 'Place and change orders' },
  plans: ['basic'],
} as const
export const APP: ApplicationDefinition = {
  clientId: 'shop-app',
  name: 'Shop',
  kind: 'native',
  redirectUris: ['com.example.shop:/callback', 'http://127.0.0.1/callback', 'https://shop.example.com/app/callback'],
}

export type TestServer = Awaited<ReturnType<typeof testServer>>

/**
 * Starts the server; everything it opened is closed when the test ends. It reads each client anew unless `keepsClients`,
 * so that a test may turn the clock between two requests.
 */
export async function testServer(
  t: Test,
  environment: Record<string, string> = {},
  { keepsClients = false }: Readonly<{ keepsClients?: boolean }> = {},
) {
  const secret = () => randomSecret(32)
  const config = readConfig({
    ISSUER,
    DATABASE_URL: await testDatabase(t),
    PASSWORD_PEPPER: secret(),
    TOKEN_SECRET: secret(),
    COOKIE_SECRET: secret(),
    KEY_ENCRYPTION_KEY: secret(),
    ...environment,
  })
  const log: string[] = []
  const db = openDatabase(config.databaseUrl, () => {})
  const destination = { write: (line: string) => void log.push(line) }
  const logger = createLogger('trace', { destination, namesTraces: currentTracing() !== undefined })
  const providers = await readProviders(config, environment)
  const hooks = await readHooks(config, environment, logger)
  await confirmSubscriptions(db, subscriptionsOf(hooks))
  const clients = keepsClients ? keepClients(db, config.databaseUrl, () => {}) : readClients(db)
  const deps = await withQuickKeys(() => openDeps(config, db, { providers, hooks, clients }))
  const app = await buildApp(deps, logger)
  t.teardown(async () => {
    await app.close()
    await deps.mailer?.close()
    await clients.close()
    await db.destroy()
    // A reply that came out of an `await` is lost, and the handler goes on and answers once more.
    const twice = log.find((line) => line.includes('FST_ERR_REP_ALREADY_SENT'))
    if (twice !== undefined) throw new Error(`a handler answered twice: ${twice}`)
  })

  await defineApi(db, API, OPERATOR)
  const personId = await createAccount(db, config.passwordPepper, USER)
  if (personId === undefined) throw new Error('the test user exists already')

  /** Registers an application and subscribes it; every part can be replaced. */
  const register = async (
    application: Partial<ApplicationDefinition> = {},
    subscription: Partial<SubscriptionDefinition> = {},
  ): Promise<string> => {
    const applicationId = await registerApplication(db, { ...APP, ...application }, ISSUER, OPERATOR)
    const scopes = Object.keys(API.scopes)
    await subscribe(
      db,
      { applicationId, apiId: API.id, plan: 'basic', scopes, trusted: true, ...subscription },
      OPERATOR,
    )
    return applicationId
  }
  return { app, deps, db, keys: deps.keys, config, log, personId, register, applicationId: await register() }
}
