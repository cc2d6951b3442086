// Starts the authorization server: configuration, database, keys, then listens. The only file that reads the environment.
import { buildApp } from './app.ts'
import { startBackground } from './background/index.ts'
import { defineApi } from './catalogue/apis.ts'
import { ConfigError, readConfig } from './config.ts'
import type { Deps } from './deps.ts'
import { cookiesFor } from './http/cookies.ts'
import { createLogger } from './logger.ts'
import { countClientGuesses } from './oauth/client-guesses.ts'
import { revocationsApi } from './oauth/revocations.ts'
import { countVisits } from './oauth/visits.ts'
import { openDatabase } from './store/database.ts'
import { migrate } from './store/migrate.ts'
import { openKeyRing } from './tokens/signing-keys.ts'

const readConfigOrExit = () => {
  try {
    return readConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(`The authorization server cannot start:\n${error.message}`)
    process.exit(1)
  }
}

const config = readConfigOrExit()
const logger = createLogger(config.logLevel)
const onError = (err: Error) => logger.warn({ err }, 'an idle database connection was lost')

// Migrations may wait for another instance's, so their connection has no statement timeout.
const migrating = openDatabase(config.databaseUrl, onError, { connections: 1, statementTimeoutMillis: 0 })
const applied = await migrate(migrating).finally(() => migrating.destroy())
if (applied.length > 0) logger.info({ applied }, 'migrated the database')

const db = openDatabase(config.databaseUrl, onError)
await defineApi(db, revocationsApi(config.issuer))
const keys = await openKeyRing(db, config.keyEncryptionKey)
const deps: Deps = {
  config,
  db,
  keys,
  cookies: cookiesFor(config.issuer),
  guesses: countClientGuesses(),
  visits: countVisits(config.visitsPerMinute),
}
const app = await buildApp(deps, logger)
// A burst of people waits in the backlog instead of a second for another try (Node's own number is 511).
await app.listen({ host: config.host, port: config.port, backlog: 4096 })
const stopBackground = startBackground(deps, app.log)

let stopping = false
const stop = async (graceSeconds: number) => {
  // One Ctrl-C may arrive twice.
  if (stopping) return
  stopping = true
  await Promise.all([app.drain.end({ graceSeconds }), stopBackground()])
  await db.destroy()
}
process.on('SIGINT', () => stop(0))
process.on('SIGTERM', () => stop(config.drainSeconds))
