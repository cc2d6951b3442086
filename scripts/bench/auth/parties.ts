// Starts both servers on databases of their own in one PostgreSQL, with the same client and API.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../stack/ports.ts'
import { type Postgres, startPostgres } from '../../stack/postgres.ts'
import type { HttpCaller } from './http.ts'
import { createDatabase, firstRequest, follow, type Launch, launcher, startOurs } from './ours.ts'
import type { BenchParty } from './party.ts'

/** Both servers and their database. */
export interface BenchParties {
  readonly postgres: Postgres
  readonly parties: readonly [BenchParty, BenchParty]
  stop(): Promise<void>
}

/** Starts it all; when any part fails, what had been started is stopped again. */
export async function startParties(): Promise<BenchParties> {
  const undo: (() => Promise<unknown>)[] = []
  const stop = async (): Promise<void> => {
    for (const each of undo.splice(0).reverse()) await each()
  }
  try {
    const folder = await mkdtemp(join(tmpdir(), 'bench-auth-'))
    undo.push(() => rm(folder, { recursive: true, force: true }))
    const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: true })
    undo.push(() => postgres.stop())
    const launch = launcher(undo)
    return { postgres, parties: [await startOurs(postgres, launch), await startTheirs(postgres, launch)], stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startTheirs(postgres: Postgres, launch: Launch): Promise<BenchParty> {
  const database = 'theirs'
  const databaseUrl = await createDatabase(postgres, database)
  const port = await freePort()
  const entry = join(import.meta.dirname, 'oidc-provider.ts')
  const process = await launch('oidc-provider', [entry], port, { DATABASE_URL: databaseUrl })
  const signIn = async (caller: HttpCaller) => {
    await follow(caller, `/authorize?${firstRequest()}`)
  }
  return { name: 'oidc-provider', origin: `http://localhost:${port}`, process, database, signIn }
}
