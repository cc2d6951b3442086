// Another instance of a test's server: the same database and secrets, nothing else in common.
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { Test } from 'tap'
import { buildApp } from '../../src/app.ts'
import { openLimits } from '../../src/limits/index.ts'
import { openDatabase } from '../../src/store/database.ts'
import { readClients } from '../../src/store/kept-clients.ts'
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
