// Keys by which a caller of the management API asks twice and is answered once.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { TableDeclaration } from '../declaration.ts'
import { secondsFromNow } from '../sql.ts'

export interface IdempotencyKeys {
  /** The application of the client, a hash of the person, or `operator`. */
  actor: string
  key: string
  /** SHA-256 of the request. */
  request_hash: string
  /** Sealed; null for as long as the transaction runs that will answer. */
  answer: string | null
  /** Whom the answer is about, or else who asked. */
  person_id: string | null
  expires_at: Date
}

export const IDEMPOTENCY_KEYS: TableDeclaration<IdempotencyKeys> = {
  purpose: 'Requests to the management API that were answered already, so that the same one is not done twice.',
  lifetime: { until: '24 hours have passed', obsolete: sql`expires_at < auth_now()`, indexed: true },
  people: {
    exported: { nothing: 'An answer repeats, sealed and for a day, what other tables say of the person.' },
    erased: { cascade: 'people' },
  },
}

/** Who asks, by which key. */
export interface IdempotencyKey {
  readonly actor: string
  readonly key: string
}

/** What is known of a key: nothing, so that it is ours now; or what was asked by it, and answered. */
export type ClaimedKey =
  | Readonly<{ kind: 'first' }>
  | Readonly<{ kind: 'known'; requestHash: string; answer: string | null }>

/**
 * Takes a key for the transaction. Another that has taken it is waited for: the primary key settles the race, and if that
 * one fails, this one is the first.
 */
export async function claimKey(
  trx: Trx,
  { actor, key }: IdempotencyKey,
  requestHash: string,
  keepSeconds: number,
): Promise<ClaimedKey> {
  const { rows: claimed } = await sql`
    insert into idempotency_keys (actor, key, request_hash, expires_at)
    values (${actor}, ${key}, ${requestHash}, ${secondsFromNow(keepSeconds)})
    on conflict (actor, key) do update
    set request_hash = excluded.request_hash, expires_at = excluded.expires_at, answer = null, person_id = null
    where idempotency_keys.expires_at <= auth_now()
    returning key`.execute(trx)
  if (claimed.length === 1) return { kind: 'first' }
  // A statement of its own sees what the other has committed meanwhile.
  const known = await trx
    .selectFrom('idempotency_keys')
    .where('actor', '=', actor)
    .where('key', '=', key)
    .select(['request_hash as requestHash', 'answer'])
    .executeTakeFirst()
  return known ? { kind: 'known', ...known } : { kind: 'first' }
}

/** What was asked by a key that counts, if anything was. */
export function findKey(
  db: Db,
  { actor, key }: IdempotencyKey,
): Promise<Readonly<{ requestHash: string; answer: string | null }> | undefined> {
  return db
    .selectFrom('idempotency_keys')
    .where('actor', '=', actor)
    .where('key', '=', key)
    .where('expires_at', '>', sql<Date>`auth_now()`)
    .select(['request_hash as requestHash', 'answer'])
    .executeTakeFirst()
}

/** Keeps the answer, last of all in the transaction: from here on the row of a person may be waited for. */
export async function keepAnswer(
  trx: Trx,
  { actor, key }: IdempotencyKey,
  answer: string,
  personId: string | null,
): Promise<void> {
  await sql`
    update idempotency_keys set answer = ${answer}, person_id = (select id from people where id = ${personId})
    where actor = ${actor} and key = ${key}`.execute(trx)
}
