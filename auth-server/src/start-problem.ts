// What keeps the server from starting, in one sentence that says what it is and what to do.
import type { Config } from './config.ts'
import { codeOf } from './store/health.ts'
import { explainDatabaseProblem } from './store/problem.ts'
import { UpgradeFailed } from './store/upgrade.ts'

/** Where to listen, and the settings that say so. */
interface Listening {
  readonly host: string
  readonly port: number
  readonly hostSetting: string
  readonly portSetting: string
}

/** The addresses that the server listens at. */
const SETTINGS = {
  server: { hostSetting: 'HOST', portSetting: 'PORT' },
  metrics: { hostSetting: 'AUTH_METRICS_LISTEN', portSetting: 'AUTH_METRICS_LISTEN' },
} as const

/** Why an address cannot be listened on, by the operating system's code. */
const LISTENING: Readonly<Record<string, (at: Listening) => string>> = {
  EADDRINUSE: ({ host, port, portSetting }) =>
    `Port ${port} of ${host} is in use. Stop what listens there, or set ${portSetting} to another.`,
  EACCES: ({ port, portSetting }) =>
    `Port ${port} is not for this user. Set ${portSetting} to one above 1023, or give the process the right.`,
  EADDRNOTAVAIL: ({ host, hostSetting }) =>
    `${hostSetting}=${host} is no address of this machine. Set it to one, such as 127.0.0.1 or 0.0.0.0.`,
  ENOTFOUND: ({ host, hostSetting }) =>
    `${hostSetting}=${host} is unknown. Set it to an address of this machine, such as 127.0.0.1 or 0.0.0.0.`,
}

/** The server is put together and cannot listen. */
export class CannotListen extends Error {
  override name = 'CannotListen'
}

/** What `listen` threw, for people. */
export function cannotListen(
  cause: unknown,
  at: Pick<Listening, 'host' | 'port'>,
  whose: keyof typeof SETTINGS = 'server',
): CannotListen {
  const explain = LISTENING[codeOf(cause)]
  const message = explain?.({ ...at, ...SETTINGS[whose] }) ?? `Cannot listen on ${at.host}:${at.port}: ${String(cause)}`
  return new CannotListen(message, { cause })
}

/** One sentence for whatever ended the start. */
export function explainStart(
  error: unknown,
  { databaseUrl, migrationDatabaseUrl }: Pick<Config, 'databaseUrl' | 'migrationDatabaseUrl'>,
): string {
  if (error instanceof CannotListen) return error.message
  if (error instanceof UpgradeFailed && migrationDatabaseUrl !== undefined)
    return explainStart(error.cause, { databaseUrl: migrationDatabaseUrl, migrationDatabaseUrl }).replaceAll(
      'DATABASE_URL',
      'MIGRATION_DATABASE_URL',
    )
  return explainDatabaseProblem(error, databaseUrl) ?? (error instanceof Error ? error.message : String(error))
}
