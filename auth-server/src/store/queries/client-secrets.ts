// The secrets of a client: one, or two while it changes from one to the other. The newer has no end; the older may have one.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'

/** One that counts now; of the secret itself there is nothing but its SHA-256. */
export interface ClientSecret {
  readonly hash: string
  /** Null where it is older than this record. */
  readonly createdAt: Date | null
  /** To the hour; null for never. */
  readonly usedAt: Date | null
  /** Null: until somebody ends it. */
  readonly endsAt: Date | null
}

/** The newer first. */
export async function listSecrets(db: Db, applicationId: string): Promise<readonly ClientSecret[]> {
  const { rows } = await sql<ClientSecret>`
    select secret.hash, secret.created_at as "createdAt", used_at as "usedAt", nullif(until, 'infinity') as "endsAt"
    from applications application, lateral (values
      (1, client_secret_hash, secret_created_at, secret_used_at, null::timestamptz),
      (2, case when previous_secret_until > auth_now() then previous_secret_hash end,
          previous_secret_created_at, previous_secret_used_at, previous_secret_until)
    ) as secret (place, hash, created_at, used_at, until)
    where application.id = ${applicationId} and hash is not null order by place`.execute(db)
  return rows
}

// What becomes of the secret that was the newer one.
const IS_PREVIOUS_NOW = sql`
  previous_secret_hash = client_secret_hash, previous_secret_created_at = secret_created_at,
  previous_secret_used_at = secret_used_at`
const NO_PREVIOUS = sql`
  previous_secret_hash = null, previous_secret_until = null, previous_secret_created_at = null,
  previous_secret_used_at = null`

/**
 * Gives a client one more secret. @param keepSeconds the older one goes on so long; undefined: until somebody ends it
 * @returns false where it has two already
 */
export async function addSecret(
  trx: Trx,
  applicationId: string,
  hash: string,
  keepSeconds: number | undefined,
): Promise<boolean> {
  const until =
    keepSeconds === undefined ? sql`'infinity'::timestamptz` : sql`auth_now() + make_interval(secs => ${keepSeconds})`
  const { numAffectedRows } = await sql`
    update applications set ${IS_PREVIOUS_NOW}, previous_secret_until = ${until},
      client_secret_hash = ${hash}, secret_created_at = auth_now(), secret_used_at = null
    where id = ${applicationId} and coalesce(previous_secret_until <= auth_now(), true)`.execute(trx)
  return numAffectedRows === 1n
}

/** Gives a client another secret; the one before goes on for so long, and an older one ends. Returns until when. */
export async function replaceSecret(
  trx: Trx,
  applicationId: string,
  hash: string,
  keepSeconds: number,
): Promise<Date | null> {
  const { rows } = await sql<{ until: Date | null }>`
    update applications set ${keepSeconds > 0 ? IS_PREVIOUS_NOW : NO_PREVIOUS}
      ${keepSeconds > 0 ? sql`, previous_secret_until = auth_now() + make_interval(secs => ${keepSeconds})` : sql``},
      client_secret_hash = ${hash}, secret_created_at = auth_now(), secret_used_at = null
    where id = ${applicationId} returning previous_secret_until as until`.execute(trx)
  return rows[0]?.until ?? null
}

/** Ends one of two secrets at once; the other has no end then, so that it must have none before. False where it is not one of two. */
export async function endSecret(trx: Trx, applicationId: string, hash: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update applications set
      client_secret_hash = case when client_secret_hash = ${hash} then previous_secret_hash else client_secret_hash end,
      secret_created_at = case when client_secret_hash = ${hash} then previous_secret_created_at else secret_created_at end,
      secret_used_at = case when client_secret_hash = ${hash} then previous_secret_used_at else secret_used_at end,
      ${NO_PREVIOUS}
    where id = ${applicationId} and previous_secret_until > auth_now()
      and ${hash} in (client_secret_hash, previous_secret_hash)`.execute(trx)
  return numAffectedRows === 1n
}

/** Whether the use of a secret is to be noted: once an hour is enough to tell whether it is still needed. */
export function isUseDue(usedAt: 'secret_used_at' | 'previous_secret_used_at') {
  return sql<boolean>`coalesce(${sql.ref(`application.${usedAt}`)} < auth_now() - interval '1 hour', true)`
}

/** Notes that a secret was used. Whoever changes the application at the moment is not waited for: the next use is noted, too. */
export async function noteSecretUse(db: Db, applicationId: string, hash: string): Promise<void> {
  await sql`
    update applications set
      secret_used_at = case when client_secret_hash = ${hash} then auth_now() else secret_used_at end,
      previous_secret_used_at = case when previous_secret_hash = ${hash} then auth_now() else previous_secret_used_at end
    where id = (select id from applications where id = ${applicationId} for no key update skip locked)
      and ${hash} in (client_secret_hash, previous_secret_hash)`.execute(db)
}

/** The same for the client of this name, if there is one with another secret: the one before goes on for so long, 0 for not at all. */
export async function handOverSecret(trx: Trx, clientId: string, hash: string, keepSeconds: number): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from applications where client_id = ${clientId} and client_secret_hash <> ${hash} for update`.execute(trx)
  const [found] = rows
  if (found) await replaceSecret(trx, found.id, hash, keepSeconds)
}
