// Another instance of a test's server: the same database and secrets, nothing else in common.
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { Test } from 'tap'
import { buildApp } from '../../src/app.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { type Deps, openDeps } from '../../src/deps.ts'
import { openLimits } from '../../src/limits/index.ts'
import { type Db, openDatabase } from '../../src/store/database.ts'
import { readClients } from '../../src/store/kept-clients.ts'
import { Browser } from './browser.ts'
import type { TestServer } from './server.ts'

/** Starts it; closed when the test ends. */
export async function secondInstance(t: Test, { deps }: TestServer): Promise<FastifyInstance> {
  const db = openDatabase(deps.config.databaseUrl, () => {})
  const own = { db, clients: readClients(db), limits: openLimits(db, deps.config) }
  const app = await buildApp({ ...deps, ...own }, pino({ level: 'silent' }))
  t.teardown(async () => {
    await app.close()
    await db.destroy()
  })
  return app
}

/** The same by other settings: one that has a secret more, or another one. Both share what the first has signed keys for. */
export async function instanceWith(
  t: Test,
  { deps }: Pick<TestServer, 'deps'>,
  environment: Readonly<Record<string, string>>,
): Promise<Readonly<{ app: FastifyInstance; deps: Deps; config: Config; db: Db }>> {
  const config = readConfig({ ISSUER: deps.config.issuer, DATABASE_URL: deps.config.databaseUrl, ...environment })
  const db = openDatabase(config.databaseUrl, () => {})
  t.teardown(() => db.destroy())
  const own = await openDeps(config, db, { providers: deps.providers, hooks: deps.hooks })
  const app = await buildApp(own, pino({ level: 'silent' }))
  t.teardown(async () => {
    await app.close()
    await own.mailer?.close()
  })
  return { app, deps: own, config, db }
}

/** The same browser, whose next request a load balancer sends there. */
export function sentTo(app: FastifyInstance, { cookies }: Browser): Browser {
  const browser = new Browser(app)
  for (const [name, value] of cookies) browser.cookies.set(name, value)
  return browser
}
