// Browsers that are signing out at a provider, and where they go from there: each comes back once.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { TableDeclaration } from '../declaration.ts'
import { secondsFromNow } from '../sql.ts'

export interface UpstreamLogouts {
  state_hash: string
  /** Its name in the configuration. */
  provider: string
  /** Of the secret in the cookie of the browser. */
  browser_hash: string
  /** The app that has asked to be gone to, where and with which `state`; null where our own page is next. */
  client_id: string | null
  redirect_uri: string | null
  state: string | null
  expires_at: Date
}

const TTL_SECONDS = 600

export const UPSTREAM_LOGOUTS: TableDeclaration<UpstreamLogouts> = {
  purpose: 'Browsers that are signing out at an identity provider, and where they go from there.',
  lifetime: { until: 'it expires, after 10 minutes', obsolete: sql`expires_at < auth_now()`, indexed: true },
  people: { nobody: 'Whoever it was is signed out already; a browser is known by a hash of its cookie alone.' },
}

/** Where a browser was going when it was led to a provider. */
export interface AfterLogout {
  readonly clientId: string
  readonly redirectUri: string
  readonly state: string | undefined
}

export interface UpstreamLogout {
  readonly provider: string
  readonly stateHash: string
  readonly browserHash: string
  readonly afterwards: AfterLogout | undefined
}

/** @returns for how long it can come back, in seconds */
export async function beginUpstreamLogout(
  db: Db,
  { provider, stateHash, browserHash, afterwards }: UpstreamLogout,
): Promise<number> {
  await db
    .insertInto('upstream_logouts')
    .values({
      state_hash: stateHash,
      provider,
      browser_hash: browserHash,
      client_id: afterwards?.clientId ?? null,
      redirect_uri: afterwards?.redirectUri ?? null,
      state: afterwards?.state ?? null,
      expires_at: secondsFromNow(TTL_SECONDS),
    })
    .execute()
  return TTL_SECONDS
}

/** Uses a way back up, in its own browser: of several at once, and ever after, one gets it. */
export async function takeUpstreamLogout(
  db: Db,
  { provider, stateHash, browserHashes }: Readonly<{ provider: string; stateHash: string; browserHashes: string[] }>,
): Promise<Pick<UpstreamLogout, 'afterwards'> | undefined> {
  const { rows } = await sql<{ clientId: string | null; redirectUri: string | null; state: string | null }>`
    delete from upstream_logouts
    where state_hash = ${stateHash} and provider = ${provider} and browser_hash = any(${browserHashes})
      and expires_at > auth_now()
    returning client_id as "clientId", redirect_uri as "redirectUri", state`.execute(db)
  const [row] = rows
  if (!row) return undefined
  const { clientId, redirectUri, state } = row
  return {
    afterwards:
      clientId === null || redirectUri === null ? undefined : { clientId, redirectUri, state: state ?? undefined },
  }
}
