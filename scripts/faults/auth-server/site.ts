// What a fault is done to: PostgreSQL, a cable to it, and one or two authorization servers, all of their own.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineParty } from '../../bench/auth/define-party.ts'
import { createDatabase, launcher } from '../../bench/auth/ours.ts'
import { freePort } from '../../stack/ports.ts'
import { type Postgres, startPostgres } from '../../stack/postgres.ts'
import type { ManagedProcess } from '../../stack/processes.ts'
import { type Cable, layCable } from '../../testing/cable.ts'
import { startBalancer } from './balancer.ts'
import { fill, mountInMemory } from './disk.ts'
import { promote, startStandby } from './standby.ts'

const root = join(import.meta.dirname, '..', '..', '..')

/** Everything that runs. */
export interface FaultSite {
  /** Where phones reach it: the balancer, where there are several servers. */
  readonly origin: string
  readonly servers: readonly ManagedProcess[]
  /** Between the servers and PostgreSQL. */
  readonly cable: Cable
  /** The one that runs. */
  readonly postgres: () => Postgres
  /** Ends it, and starts it again where it was. */
  restartPostgres(): Promise<void>
  /** Starts a second PostgreSQL that follows the first. @returns what makes it the one to which the cable leads */
  prepareFailover(): Promise<() => Promise<void>>
  /** Leaves no byte free where PostgreSQL's data lie. @returns what makes room again */
  fillDisk(): Promise<() => Promise<void>>
  /** What the servers logged that is no outage of something else. */
  readonly troubles: readonly string[]
  /** Folder of this site, removed with it. */
  readonly folder: string
  stop(): Promise<void>
}

/** What a fault wants to find. */
export interface SiteWishes {
  /** Of the authorization server; default 1. */
  readonly instances?: number
  /** PostgreSQL's data lie on a disk of their own, in memory, of this size. */
  readonly diskMegabytes?: number
  /** Variables of the servers, beside those that they need. */
  readonly settings?: NodeJS.ProcessEnv
}

export async function startFaultSite({ instances = 1, diskMegabytes, settings: more }: SiteWishes): Promise<FaultSite> {
  const undo: (() => unknown)[] = []
  const stop = async (): Promise<void> => {
    for (const each of undo.splice(0).reverse()) await each()
  }
  try {
    const folder = await mkdtemp(join(tmpdir(), 'faults-'))
    undo.push(() => rm(folder, { recursive: true, force: true }))
    const dataDir = join(folder, 'postgres')
    if (diskMegabytes !== undefined) undo.push(await mountInMemory(dataDir, diskMegabytes))
    let postgres = await startPostgres({ dataDir, durable: true })
    undo.push(() => postgres.stop())
    const cable = await layCable({ port: postgres.port })
    undo.push(() => cable.close())

    const database = new URL(await createDatabase(postgres, 'faults'))
    database.port = String(cable.port)
    const [front, ...ports] = await Promise.all(Array.from({ length: instances + 1 }, freePort))
    const origin = `http://localhost:${instances === 1 ? ports[0] : front}`
    const secret = () => randomBytes(32).toString('base64url')
    const settings = {
      DATABASE_URL: database.href,
      ISSUER: origin,
      PASSWORD_PEPPER: secret(),
      TOKEN_SECRET: secret(),
      COOKIE_SECRET: secret(),
      KEY_ENCRYPTION_KEY: secret(),
      VISITS_PER_MINUTE: '0',
      TRUSTED_PROXIES: '127.0.0.1',
      DRAIN_SECONDS: '1',
      ...more,
    }
    const ended: (() => Promise<unknown>)[] = []
    undo.push(() => Promise.all(ended.map((end) => end())))
    const troubles: string[] = []
    const launch = launcher(ended, { onLine: (_name, line) => void (isTrouble(line) && troubles.push(line)) })
    const entry = join(root, 'auth-server', 'src', 'main.ts')
    const servers: ManagedProcess[] = []
    for (const port of ports) servers.push(await launch(`auth server at ${port}`, [entry], port, settings))
    await defineParty({ databaseUrl: database.href, origin, passwordPepper: settings.PASSWORD_PEPPER })
    if (instances > 1) {
      const balancer = await startBalancer(front ?? 0, ports)
      undo.push(() => balancer.close())
    }
    return {
      origin,
      servers,
      cable,
      postgres: () => postgres,
      async restartPostgres() {
        const { port } = postgres
        await postgres.stop()
        postgres = await startPostgres({ dataDir, durable: true, port })
      },
      async prepareFailover() {
        const standby = await startStandby(postgres, dataDir, join(folder, 'standby'))
        undo.push(() => standby.stop())
        return async () => {
          await promote(standby)
          cable.leadTo({ port: standby.port })
          cable.cut()
        }
      },
      async fillDisk() {
        const file = join(dataDir, 'filling')
        await fill(file)
        return () => rm(file)
      },
      troubles,
      folder,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Level 50 is logged for an outage as well; that one says 503. */
function isTrouble(line: string): boolean {
  return /"level":[56]0/.test(line) && !line.includes('temporarily_unavailable')
}
