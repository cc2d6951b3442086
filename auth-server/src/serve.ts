// Configuration, database, keys, then listening, until a signal ends it. Nothing else reads the environment.
import { LISTEN_BACKLOG } from '@mobile-api-gateway/sdk/network.ts'
import type { Logger } from 'pino'
import { buildApp } from './app.ts'
import { startBackground } from './background/index.ts'
import { defineBuiltInApi } from './catalogue/apis.ts'
import { tracingOf } from './config/tracing.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { readHooks } from './delivery/hooks/configure.ts'
import { subscriptionsOf } from './delivery/hooks/hooks.ts'
import { requireKnownApis } from './delivery/hooks/known-apis.ts'
import { openDeps } from './deps.ts'
import { readProviders } from './identity/federation/configure.ts'
import { createLogger } from './logger.ts'
import { managementApi } from './management/built-in-api.ts'
import { listenForMetrics } from './metrics/listener.ts'
import { revocationsApi } from './oauth/feed/gateway-access.ts'
import { definePortalOf } from './portal/index.ts'
import { cannotListen, explainStart } from './start-problem.ts'
import { openDatabase } from './store/database.ts'
import { keepClients, readClients } from './store/kept-clients.ts'
import { hasTimeLimit } from './store/reach.ts'
import { mayChangeAuditEvents } from './store/server-rights.ts'
import { confirmSubscriptions } from './store/tables/hook-subscriptions.ts'
import { upgradeDatabase } from './store/upgrade.ts'
import { openTracing } from './tracing.ts'

/** What a start needs to know. */
interface Settings {
  readonly config: Config
  readonly env: NodeJS.ProcessEnv
  readonly logger: Logger
}

/** Serves until a signal comes; ends the process when it cannot start. */
export async function serve(env: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfigOrExit(env)
  const logger = createLogger(config.logLevel, {
    forDeveloper: config.development,
    namesTraces: tracingOf(config) !== undefined,
  })
  const { app, db, clients, metricsListener, tracing, stopBackground } = await startOrExit({ config, env, logger })
  let stopping = false
  async function stop(graceSeconds: number) {
    // One Ctrl-C may arrive twice.
    if (stopping) return
    stopping = true
    await Promise.all([app.drain.end({ graceSeconds }), stopBackground()])
    await metricsListener?.close()
    await clients.close()
    await db.destroy()
    await tracing?.close()
  }
  process.on('SIGINT', () => stop(0))
  process.on('SIGTERM', () => stop(config.drainSeconds))
}

function readConfigOrExit(env: NodeJS.ProcessEnv): Config {
  try {
    return readConfig(env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(`The authorization server cannot start:\n${error.message}`)
    process.exit(1)
  }
}

async function startOrExit(settings: Settings) {
  // Until there is something to close. (The first process of a container is not ended by a signal that it does not hear.)
  const leave = () => process.exit(0)
  process.on('SIGINT', leave).on('SIGTERM', leave)
  try {
    return await start(settings)
  } catch (error) {
    console.error(`The authorization server cannot start: ${explainStart(error, settings.config)}`)
    settings.logger.debug({ err: error }, 'what ended the start')
    return process.exit(1)
  } finally {
    process.off('SIGINT', leave).off('SIGTERM', leave)
  }
}

/** Everything up to the first request. */
async function start({ config, env, logger }: Settings) {
  const tracing = await openTracing(tracingOf(config), logger)
  const providers = await readProviders(config, env)
  const hooks = await readHooks(config, env, logger)
  const { databaseUrl, databasePooler: pooler } = config
  const onError = (err: Error) => logger.warn({ err }, 'an idle database connection was lost')
  const onWait = (error: unknown) => logger.warn(`${explainStart(error, config)} Trying again for a minute.`)
  const onIndex = (index: string) => logger.info({ index }, 'an index of a large table is made, while it is in use')
  const { applied, newer } = await upgradeDatabase(config, { onError, onWait, onIndex })
  if (applied.length > 0) logger.info({ applied }, 'migrated the database')
  if (newer.length > 0) logger.warn({ newer }, 'the database is of a newer release, which this one can live with')

  const db = openDatabase(databaseUrl, onError, { pooler })
  if (pooler === 'transaction' && !(await hasTimeLimit(db)))
    logger.warn(
      'the role has no statement_timeout, and behind a pooler of transactions none is set; see DATABASE_POOLER',
    )
  if (config.migrationDatabaseUrl !== undefined && (await mayChangeAuditEvents(db)))
    logger.warn('the role of DATABASE_URL could change the audit log; it should own nothing and be no superuser')
  for (const api of [revocationsApi(config.issuer), managementApi(config.issuer)]) await defineBuiltInApi(db, api)
  await requireKnownApis(db, hooks)
  const others = await confirmSubscriptions(db, subscriptionsOf(hooks))
  if (others.length > 0)
    logger.warn({ hooks: others }, 'not in the catalogue file of this instance; to end one: npm run hooks -- forget')
  await definePortalOf(config.issuer, db)
  const clients =
    pooler === 'session'
      ? keepClients(db, databaseUrl, (err) =>
          logger.warn({ err }, 'changes of applications are not heard of; each is read'),
        )
      : readClients(db)
  const deps = await openDeps(config, db, { providers, hooks, clients })
  const app = await buildApp(deps, logger)
  // First: who has been answered once must not find the server gone because of this.
  const { metricsListen } = config
  const metricsListener =
    metricsListen &&
    (await listenForMetrics(metricsListen, deps.metrics, db, logger).catch((error: unknown) => {
      throw cannotListen(error, metricsListen, 'metrics')
    }))
  if (metricsListener) logger.info(`metrics at ${metricsListener.url}`)
  await app.listen({ host: config.host, port: config.port, backlog: LISTEN_BACKLOG }).catch((error: unknown) => {
    throw cannotListen(error, config)
  })
  return { app, db, clients, metricsListener, tracing, stopBackground: startBackground(deps, app.log) }
}
