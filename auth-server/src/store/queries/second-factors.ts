// Second factors of people: TOTP secrets and recovery codes, each code of which counts once.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import { IS_FACTOR_IN_FORCE, unixSeconds } from '../sql.ts'

/** A sealed TOTP secret, and the time of the database in Unix seconds. */
export interface StoredTotp {
  readonly id: string
  readonly sealed: Buffer
  readonly now: number
}

/** Those that a person's codes may be of. */
export async function listTotps(db: Db, personId: string): Promise<readonly StoredTotp[]> {
  const { rows } = await sql<StoredTotp>`
    select factor.id, factor.key as sealed, ${unixSeconds()} as now from authenticators factor
    where factor.person_id = ${personId} and factor.kind = 'totp' and ${IS_FACTOR_IN_FORCE}`.execute(db)
  return rows
}

/** Uses up a time step and all before it: of any number of callers one gets true (RFC 6238 §5.2). */
export async function takeTotpStep(trx: Trx, id: string, step: number): Promise<boolean> {
  const { rows } = await sql`
    update authenticators factor set counter = ${step}::bigint, used_at = auth_now()
    where factor.id = ${id} and factor.counter < ${step}::bigint and ${IS_FACTOR_IN_FORCE}
    returning id`.execute(trx)
  return rows.length === 1
}

/** A recovery code, and the sealed key of its hash; null for one from before codes had keys. */
export interface StoredRecoveryCode {
  readonly id: string
  readonly sealed: Buffer | null
}

/** Those that a person may show. */
export async function listRecoveryCodes(db: Db, personId: string): Promise<readonly StoredRecoveryCode[]> {
  const { rows } = await sql<StoredRecoveryCode>`
    select factor.id, factor.key as sealed from authenticators factor
    where factor.person_id = ${personId} and factor.kind = 'recovery_code' and ${IS_FACTOR_IN_FORCE}`.execute(db)
  return rows
}

/** Uses up a recovery code; it goes for good. @param hashes of it, by each key that it may have been hashed with */
export async function takeRecoveryCode(trx: Trx, personId: string, hashes: readonly string[]): Promise<boolean> {
  const { rows } = await sql`
    delete from authenticators factor
    where factor.person_id = ${personId} and factor.kind = 'recovery_code' and factor.credential = any(${[...hashes]})
      and ${IS_FACTOR_IN_FORCE}
    returning id`.execute(trx)
  return rows.length === 1
}

/** How long somebody may take to set up an app. */
const ENROLMENT_SECONDS = 3600

/** Begins to set up an app, in the place of one that was begun before. It counts for nothing yet. */
export async function insertUnconfirmedTotp(
  db: Db,
  { id, personId, sessionId, sealed }: Readonly<{ id: string; personId: string; sessionId: string; sealed: Buffer }>,
): Promise<void> {
  await sql`
    with begun_before as (
      delete from authenticators where person_id = ${personId} and kind = 'totp' and confirmed_at is null
    )
    insert into authenticators (id, person_id, kind, key, enrolled_in)
    values (${id}, ${personId}, 'totp', ${sealed}, ${sessionId})`.execute(db)
}

/** The one that was begun in this session, while it can be finished. */
export async function findUnconfirmedTotp(
  db: Db,
  { personId, sessionId }: Readonly<{ personId: string; sessionId: string }>,
): Promise<StoredTotp | undefined> {
  const { rows } = await sql<StoredTotp>`
    select id, key as sealed, ${unixSeconds()} as now from authenticators
    where person_id = ${personId} and enrolled_in = ${sessionId} and kind = 'totp' and confirmed_at is null
      and created_at > auth_now() - make_interval(secs => ${ENROLMENT_SECONDS})
    order by created_at desc limit 1`.execute(db)
  return rows[0]
}

/** Puts it in force by its first code; undefined when it is gone or in force already. Returns the ids of those that make way. */
export async function confirmTotp(
  trx: Trx,
  { id, personId, step }: Readonly<{ id: string; personId: string; step: number }>,
): Promise<readonly string[] | undefined> {
  const { rows } = await sql<{ replaced: string[] }>`
    with confirmed as (
      update authenticators set confirmed_at = auth_now(), used_at = auth_now(), counter = ${step}::bigint
      where id = ${id} and person_id = ${personId} and confirmed_at is null
      returning id
    ), replaced as (
      update authenticators factor set removed_at = auth_now(), suspended_at = auth_now()
      from confirmed
      where factor.person_id = ${personId} and factor.kind = 'totp' and factor.id <> confirmed.id and ${IS_FACTOR_IN_FORCE}
      returning factor.id
    )
    select array(select id from replaced) as replaced from confirmed`.execute(trx)
  return rows[0]?.replaced
}

/** A new set of recovery codes, in the place of the one before. */
export async function replaceRecoveryCodes(
  trx: Trx,
  personId: string,
  codes: readonly Readonly<{ id: string; hash: string; sealed: Buffer }>[],
): Promise<void> {
  // One set at a time: a second one waits for the first, and then takes its place.
  await sql`select from people where id = ${personId} for update`.execute(trx)
  await sql`
    update authenticators factor set removed_at = auth_now(), suspended_at = auth_now()
    where factor.person_id = ${personId} and factor.kind = 'recovery_code' and ${IS_FACTOR_IN_FORCE}`.execute(trx)
  await sql`
    insert into authenticators (id, person_id, kind, credential, key, confirmed_at)
    select code.id, ${personId}, 'recovery_code', code.hash, code.sealed, auth_now()
    from unnest(${codes.map(({ id }) => id)}::text[], ${codes.map(({ hash }) => hash)}::text[],
                ${codes.map(({ sealed }) => sealed)}::bytea[]) as code (id, hash, sealed)`.execute(trx)
}

/** The apps that a person has set up, and how many recovery codes are left. */
export interface SecondFactors {
  readonly totps: readonly Readonly<{ id: string; createdAt: Date; usedAt: Date | null }>[]
  readonly recoveryCodesLeft: number
}

export async function listSecondFactors(db: Db, personId: string): Promise<SecondFactors> {
  const { rows } = await sql<{ id: string; kind: string; createdAt: Date; usedAt: Date | null }>`
    select factor.id, factor.kind, factor.created_at as "createdAt", factor.used_at as "usedAt" from authenticators factor
    where factor.person_id = ${personId} and factor.kind <> 'passkey' and ${IS_FACTOR_IN_FORCE}
    order by factor.created_at desc, factor.id`.execute(db)
  return {
    totps: rows.filter(({ kind }) => kind === 'totp'),
    recoveryCodesLeft: rows.filter(({ kind }) => kind === 'recovery_code').length,
  }
}
