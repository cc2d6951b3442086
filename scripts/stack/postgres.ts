// PostgreSQL for development and tests: makes a data folder on first use, starts the server on loopback, stops it again.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { LockHeld, takeLock } from '../process-lock.mjs'
import { freePort } from './ports.ts'
import {
  type Account,
  asAccount,
  findPostgresBinaries,
  type PostgresBinaries,
  unprivilegedAccount,
} from './postgres-binaries.ts'
import { clearLeftover, readPostmaster, stopPostmaster } from './postmaster.ts'
import { waitUntil } from './wait.ts'
import { guard } from './watchdog.ts'

/** What to start. */
export interface PostgresOptions {
  /** Folder for the data, the password and the log; made when missing. */
  readonly dataDir: string
  /** false gives up safety against a crash of the machine for speed: for tests. */
  readonly durable: boolean
  /** Memory that it keeps pages in, as PostgreSQL spells it: `64MB` does for development. */
  readonly sharedBuffers?: string
  /** Where it has listened before, for those who know that address; none: a free port. */
  readonly port?: number
  /** Told about what is unusual, e.g. a server left over from a killed run. */
  readonly log?: (line: string) => void
}

/** A running server. */
export interface Postgres {
  /** Address of the maintenance database `postgres`, superuser and password included. */
  readonly url: string
  readonly port: number
  /** Process id of the server (the postmaster). */
  readonly pid: number
  /** Settles when the server has ended, however that came. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  /** Stops the server (fast shutdown); calling it again waits for the same end. */
  stop(): Promise<void>
}

const START_TIMEOUT_MILLIS = 30_000
const SUPERUSER = 'postgres'

/** The parts of the data folder. */
function layout(dataDir: string) {
  return {
    cluster: join(dataDir, 'cluster'),
    password: join(dataDir, 'password'),
    log: join(dataDir, 'postgres.log'),
    lock: join(dataDir, 'lock'),
  }
}

/** Another live process runs its server on the data folder. */
export class DataFolderInUse extends Error {
  override name = 'DataFolderInUse'
}

/**
 * Starts PostgreSQL on 127.0.0.1 with a free port and a password of its own (`<dataDir>/password`, mode 0600).
 * @throws {DataFolderInUse} when another live process has the folder; Error with the end of the server's log
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const dataDir = resolve(options.dataDir)
  const binaries = await findPostgresBinaries()
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const release = lockFolder(dataDir)
  try {
    const server = await startLocked(dataDir, binaries, options)
    void server.exited.then(release)
    return server
  } catch (error) {
    release()
    throw error
  }
}

function lockFolder(dataDir: string): () => void {
  try {
    return takeLock(layout(dataDir).lock)
  } catch (error) {
    if (!(error instanceof LockHeld)) throw error
    throw new DataFolderInUse(`The database in ${dataDir} is in use by process ${error.pid}.`)
  }
}

async function startLocked(dataDir: string, binaries: PostgresBinaries, options: PostgresOptions): Promise<Postgres> {
  const account = unprivilegedAccount()
  const paths = layout(dataDir)
  const leftover = await clearLeftover(paths.cluster)
  if (leftover === 'stopped') options.log?.('stopped a PostgreSQL that an earlier run had left behind')
  if (!existsSync(paths.cluster)) await createCluster(dataDir, binaries, account, options.durable)
  const password = await readFile(paths.password, 'utf8')

  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort())
    const child = spawnServer(dataDir, port, binaries, account, options)
    const { pid } = child
    if (pid !== undefined && (await isReady(child, paths.cluster))) {
      const url = `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`
      return running(child, pid, paths.cluster, { url, port })
    }
    if (pid !== undefined) await stopPostmaster(pid, paths.cluster)
    const log = readFileSync(paths.log, 'utf8')
    // between finding a port and binding it, somebody else may have taken it
    const portTaken = log.includes('could not create any TCP/IP sockets')
    if (!portTaken || options.port !== undefined || attempt === 5)
      throw new Error(`PostgreSQL did not start:\n${lastLines(log)}`)
  }
}

/** Makes the data folder: in a folder aside first, so that an interrupted run leaves nothing that looks finished. */
async function createCluster(
  dataDir: string,
  binaries: PostgresBinaries,
  account: Account | undefined,
  durable: boolean,
): Promise<void> {
  const paths = layout(dataDir)
  const unfinished = `${paths.cluster}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700 })
  await writeFile(paths.password, randomBytes(24).toString('base64url'), { mode: 0o600 })
  if (account !== undefined) {
    await chown(unfinished, account.uid, account.gid)
    await chown(paths.password, account.uid, account.gid) // initdb reads it
  }
  const { command, args, ...identity } = asAccount(account, binaries.initdb, [
    `--pgdata=${unfinished}`,
    `--username=${SUPERUSER}`,
    '--auth=scram-sha-256',
    `--pwfile=${paths.password}`,
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    durable ? '--data-checksums' : '--no-sync',
  ])
  const child = spawn(command, args, { ...identity, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    output += String(chunk)
  })
  const code = await new Promise<number | null>((done) => {
    child.once('error', (error) => {
      output += error.message
      done(null)
    })
    child.once('close', done)
  })
  if (code !== 0) throw new Error(`initdb failed in ${dataDir}:\n${lastLines(output)}`)
  await rename(unfinished, paths.cluster)
}

function spawnServer(
  dataDir: string,
  port: number,
  binaries: PostgresBinaries,
  account: Account | undefined,
  { durable, sharedBuffers = '64MB' }: PostgresOptions,
): ChildProcess {
  const paths = layout(dataDir)
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(port),
    max_connections: '300',
    shared_buffers: sharedBuffers,
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const { command, args, ...identity } = asAccount(account, binaries.postgres, ['-D', paths.cluster, ...flags])
  const log = openSync(paths.log, 'w', 0o600)
  try {
    // detached: Ctrl-C in the terminal must reach us only, the database is stopped last. Its output goes to a file,
    // because a pipe to us would break if we were killed.
    return spawn(command, args, { ...identity, cwd: '/', detached: true, stdio: ['ignore', log, log] })
  } finally {
    closeSync(log)
  }
}

/** Waits until the server says in its pid file that it takes connections; false when it ended or did not get there. */
async function isReady(child: ChildProcess, cluster: string): Promise<boolean> {
  let ended = false
  const end = (): void => {
    ended = true
  }
  child.once('exit', end)
  child.once('error', end)
  let ready = false
  await waitUntil(
    () => {
      const postmaster = readPostmaster(cluster)
      ready = postmaster?.pid === child.pid && postmaster?.ready === true
      return ready || ended
    },
    { timeoutMillis: START_TIMEOUT_MILLIS, everyMillis: 10 },
  )
  return ready && !ended
}

function running(child: ChildProcess, pid: number, cluster: string, at: Pick<Postgres, 'url' | 'port'>): Postgres {
  const exited: Postgres['exited'] = new Promise((done) => {
    const { exitCode: code, signalCode: signal } = child
    if (code !== null || signal !== null) done({ code, signal })
    child.once('exit', (code, signal) => done({ code, signal }))
  })
  void exited.then(guard(pid))
  return {
    ...at,
    pid,
    exited,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) await stopPostmaster(pid, cluster)
      await exited
    },
  }
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-12).join('\n')
}
