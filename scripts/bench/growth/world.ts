// One server on one filled database, and the logins of its people that the callers use: each time somebody else's.
import { randomBytes } from 'node:crypto'
import { sealAuditLog } from '@mobile-api-gateway/auth-server/audit/seal.ts'
import { sha256 } from '@mobile-api-gateway/auth-server/crypto/digest.ts'
import { cookieBasics } from '@mobile-api-gateway/auth-server/http/cookies.ts'
import { openDatabase } from '@mobile-api-gateway/auth-server/store/database.ts'
import { newRefreshToken } from '@mobile-api-gateway/auth-server/tokens/refresh-token.ts'
import pg from 'pg'
import type { Postgres } from '../../stack/postgres.ts'
import { createCaller } from '../auth/http.ts'
import { codeFlow, refreshOnce } from '../auth/operations.ts'
import { type Launch, startOurs } from '../auth/ours.ts'
import type { BenchParty } from '../auth/party.ts'
import { APPLICATIONS, fill, type GrowthSize, nthId, nthSession } from './fill.ts'

/** A server, how many it knows, and logins to use. */
export interface GrownWorld extends BenchParty {
  readonly size: GrowthSize
  readonly databaseUrl: string
  /** Refresh tokens, each of a family of its own; whoever uses one up puts its successor in its place. */
  readonly tokens: string[]
  /** `name=value` of session cookies. */
  readonly cookies: readonly string[]
}

/** Logins that are used, of people all over the tables; where there are fewer people, of all. */
const USED_LOGINS = 20_000
/** What the server has written itself before its rows are copied. */
const SECOND_GENERATION = 2

/** @param name of its database */
export async function growWorld(
  { postgres, launch, print }: Readonly<{ postgres: Postgres; launch: Launch; print: (line: string) => void }>,
  name: string,
  size: GrowthSize,
): Promise<GrownWorld> {
  const tokenSecret = randomBytes(32).toString('base64url')
  const party = await startOurs(postgres, launch, { TOKEN_SECRET: tokenSecret }, name)
  await useOnce(party)
  // Nobody answers while the tables are filled, and no job takes half of it for obsolete.
  await party.process.stop()
  const began = performance.now()
  await fill(party.databaseUrl, size, (table) => print(`${name}: ${seconds(began)} s, ${table}`))
  await sealAll(party.databaseUrl)
  const logins = await takeLogins(party.databaseUrl, party.origin, tokenSecret, size)
  print(
    `${name}: ${size.people} people, ${size.families} families, ${await sizeOf(party.databaseUrl)}, ${seconds(began)} s`,
  )
  await party.process.start()
  return { ...party, size, ...logins }
}

function seconds(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(0)
}

/** Somebody signs in and refreshes once: what that leaves is copied. */
async function useOnce(party: BenchParty): Promise<void> {
  const caller = createCaller(party.origin)
  try {
    await party.signIn(caller)
    const { refresh_token } = await codeFlow(caller)
    await refreshOnce(caller, refresh_token)
  } finally {
    caller.close()
  }
}

/** The audit log of a server that has run for long is sealed but for its end. */
async function sealAll(databaseUrl: string): Promise<void> {
  const db = openDatabase(databaseUrl, () => {}, { connections: 1 })
  try {
    while ((await sealAuditLog(db)) > 0);
  } finally {
    await db.destroy()
  }
}

/** Makes tokens and cookies for some of the logins; of all others nobody knows any. */
async function takeLogins(
  databaseUrl: string,
  origin: string,
  tokenSecret: string,
  { people, families }: GrowthSize,
): Promise<Pick<GrownWorld, 'tokens' | 'cookies'>> {
  const spread = (upTo: number) => {
    const count = Math.min(upTo, USED_LOGINS)
    return Array.from({ length: count }, (_, index) => 1 + Math.floor((index * upTo) / count)).toSorted(shuffled)
  }
  const tokens = spread(Math.floor(families / APPLICATIONS)).map((n) =>
    newRefreshToken([tokenSecret], nthId('grant', n * APPLICATIONS), SECOND_GENERATION),
  )
  const sessions = spread(people).map((n) => ({ id: nthSession(n), token: randomBytes(32).toString('base64url') }))
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(
      `update refresh_families set current_hash = hash from unnest($1::text[], $2::text[]) token(family, hash)
       where id = family`,
      [tokens.map(({ familyId }) => familyId), tokens.map(({ hash }) => hash)],
    )
    await client.query(
      `update sessions set token_hash = hash from unnest($1::text[], $2::text[]) browser(session, hash)
       where id = session`,
      [sessions.map(({ id }) => id), sessions.map(({ token }) => sha256(token))],
    )
  } finally {
    await client.end()
  }
  const name = `${cookieBasics(origin).prefix}session`
  return { tokens: tokens.map(({ text }) => text), cookies: sessions.map(({ token }) => `${name}=${token}`) }
}

function shuffled(): number {
  return Math.random() - 0.5
}

async function sizeOf(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ size: string }>(
      'select pg_size_pretty(pg_database_size(current_database())) as size',
    )
    return rows[0]?.size ?? ''
  } finally {
    await client.end()
  }
}
