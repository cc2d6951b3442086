// What keeps the server from starting, in one sentence that says what it is and what to do.
import type { Config } from './config.ts'
import { codeOf } from './store/health.ts'
import { explainDatabaseProblem } from './store/problem.ts'
import { UpgradeFailed } from './store/upgrade.ts'

type Listening = Pick<Config, 'host' | 'port'>

/** Why an address cannot be listened on, by the operating system's code. */
const LISTENING: Readonly<Record<string, (at: Listening) => string>> = {
  EADDRINUSE: ({ host, port }) => `Port ${port} of ${host} is in use. Stop what listens there, or set PORT to another.`,
  EACCES: ({ port }) => `Port ${port} is not for this user. Set PORT to one above 1023, or give the process the right.`,
  EADDRNOTAVAIL: ({ host }) =>
    `HOST=${host} is no address of this machine. Set it to one, such as 127.0.0.1 or 0.0.0.0.`,
  ENOTFOUND: ({ host }) =>
    `HOST=${host} is unknown. Set it to an address of this machine, such as 127.0.0.1 or 0.0.0.0.`,
}

/** The server is put together and cannot listen. */
export class CannotListen extends Error {
  override name = 'CannotListen'
}

/** What `listen` threw, for people. */
export function cannotListen(cause: unknown, at: Listening): CannotListen {
  const message = LISTENING[codeOf(cause)]?.(at) ?? `Cannot listen on ${at.host}:${at.port}: ${String(cause)}`
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
