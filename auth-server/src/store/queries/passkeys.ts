// The passkeys of people: stored with their public key, found by what a browser names, and seen being used.
import { type SqlBool, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import { isOfStandingPerson } from '../sql.ts'

/** A passkey that signs somebody in. */
export interface StoredPasskey {
  readonly id: string
  readonly personId: string
  /** Of the person, now. */
  readonly authEpoch: number
  /** Nothing signs them in until there is a new password. */
  readonly needsNewPassword: boolean
  /** COSE. */
  readonly publicKey: Buffer
}

/** A passkey as its owner sees it. */
export interface PasskeyView {
  readonly id: string
  readonly name: string | null
  /** The browser's id of it. */
  readonly credential: string
  /** Whether there are copies of it elsewhere. */
  readonly backedUp: boolean | null
  readonly createdAt: Date
  readonly usedAt: Date | null
}

/** A passkey to be stored. */
export interface NewPasskey {
  readonly id: string
  readonly personId: string
  readonly credential: string
  readonly publicKey: Buffer
  readonly counter: number
  readonly transports: readonly string[]
  readonly backedUp: boolean
  readonly name: string | null
}

const COUNTS = sql<SqlBool>`passkey.kind = 'passkey' and passkey.confirmed_at is not null and passkey.suspended_at is null`

/** Finds a passkey that counts, of somebody who may sign in. */
export async function findPasskey(db: Db, credential: string): Promise<StoredPasskey | undefined> {
  return db
    .selectFrom('authenticators as passkey')
    .innerJoin('people as person', 'person.id', 'passkey.person_id')
    .where('passkey.credential', '=', credential)
    .where(COUNTS)
    .where('person.status', '=', 'active')
    .select([
      'passkey.id',
      'person.id as personId',
      'person.auth_epoch as authEpoch',
      sql<boolean>`person.password_reset_required_at is not null`.as('needsNewPassword'),
      sql<Buffer>`passkey.key`.as('publicKey'),
    ])
    .executeTakeFirst()
}

/** The passkeys of a person that count, the newest first. */
export function listPasskeys(db: Db, personId: string): Promise<PasskeyView[]> {
  return db
    .selectFrom('authenticators as passkey')
    .where('passkey.person_id', '=', personId)
    .where(COUNTS)
    .select([
      'passkey.id',
      'passkey.name',
      sql<string>`passkey.credential`.as('credential'),
      'passkey.backed_up as backedUp',
      'passkey.created_at as createdAt',
      'passkey.used_at as usedAt',
    ])
    .orderBy('passkey.created_at', 'desc')
    .orderBy('passkey.id')
    .execute()
}

/** What a browser knows the passkeys of a person by, those that are set aside as well: they can come back. */
export async function listCredentials(db: Db, personId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ credential: string }>`
    select credential from authenticators
    where person_id = ${personId} and kind = 'passkey' and credential is not null
    order by created_at`.execute(db)
  return rows.map(({ credential }) => credential)
}

/**
 * Whether it counts still, to the end of the transaction: whoever removes it now either waits for this, or is seen here.
 * The person's row is locked first, as by them.
 */
export async function holdPasskey(trx: Trx, id: string, personId: string): Promise<boolean> {
  const { rows } = await sql`
    with person as materialized (select id from people where id = ${personId} for key share)
    select passkey.id from person join authenticators passkey on passkey.person_id = person.id
    where passkey.id = ${id} and ${COUNTS} for share of passkey`.execute(trx)
  return rows.length === 1
}

/** Gives one a name; false when this person has no such one. */
export async function namePasskey(
  trx: Trx,
  { personId, id }: Readonly<{ personId: string; id: string }>,
  name: string,
): Promise<boolean> {
  const { rows } = await sql`
    update authenticators passkey set name = ${name}
    where id = ${id} and person_id = ${personId} and ${COUNTS} returning id`.execute(trx)
  return rows.length === 1
}

/** What became of a new passkey. */
export type PasskeyStored = 'stored' | 'too many' | 'known already' | 'person changed'

/**
 * Stores a passkey of the person of a session that stands, up to so many of them. What is set aside counts as well, for it
 * can come back. Two statements: the first waits for others that add one, the second, reading afterwards, counts theirs, too.
 */
export async function insertPasskey(
  trx: Trx,
  { personId, ...passkey }: NewPasskey,
  { sessionId, atMost }: Readonly<{ sessionId: string; atMost: number }>,
): Promise<PasskeyStored> {
  const person = await trx
    .selectFrom('people as person')
    .innerJoin('sessions as session', (join) => join.on(isOfStandingPerson('session')))
    .where('person.id', '=', personId)
    .where('session.id', '=', sessionId)
    .where('session.expires_at', '>', sql<Date>`auth_now()`)
    .select('person.id')
    .forUpdate('person')
    .executeTakeFirst()
  if (!person) return 'person changed'
  const { rows } = await sql<{ room: boolean; stored: boolean }>`
    with room as (
      select count(*) < ${atMost} as left from authenticators
      where person_id = ${personId} and kind = 'passkey' and removed_at is null
    ), stored as (
      insert into authenticators (id, person_id, kind, name, credential, key, counter, transports, backed_up, confirmed_at,
                                  enrolled_in)
      select ${passkey.id}, ${personId}, 'passkey', ${passkey.name}, ${passkey.credential}, ${passkey.publicKey},
             ${passkey.counter}::bigint, ${passkey.transports}, ${passkey.backedUp}, auth_now(),
             ${sessionId}
      from room where room.left
      on conflict (kind, credential) do nothing
      returning id
    )
    select room.left as room, exists (select from stored) as stored from room`.execute(trx)
  const [row] = rows
  if (row?.stored) return 'stored'
  return row?.room ? 'known already' : 'too many'
}

/**
 * Notes that a passkey was used, if it still counts. Tells whether its counter went back, which a copy of it would do;
 * most passkeys are copied by design and do not count at all. One statement.
 */
export async function usePasskey(
  db: Db,
  id: string,
  { counter, backedUp }: Readonly<{ counter: number; backedUp: boolean }>,
): Promise<'used' | 'counter went back' | undefined> {
  const { rows } = await sql<{ wentBack: boolean }>`
    with before as (
      select id, counter from authenticators passkey where id = ${id} and ${COUNTS} for update
    )
    update authenticators
    set counter = greatest(before.counter, ${counter}::bigint), backed_up = ${backedUp}, used_at = auth_now()
    from before where authenticators.id = before.id
    returning before.counter > 0 and ${counter}::bigint <= before.counter as "wentBack"`.execute(db)
  const [row] = rows
  return row && (row.wentBack ? 'counter went back' : 'used')
}
