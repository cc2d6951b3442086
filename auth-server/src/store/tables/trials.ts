// Rows of trials: an application's sign-in that one of its developers plays in one browser (Try it).
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import { secondsFromNow } from '../sql.ts'

export interface Trials {
  id: string
  browser_hash: string
  state_hash: string
  person_id: string | null
  application_id: string
  expires_at: Date
  asked_at: Date | null
  answered_at: Date | null
  family_id: string | null
  calls: Defaulted<number>
  revision: Defaulted<number>
  /** What was sent and answered, with its secrets. */
  sealed: string
}

export const TRIALS: TableDeclaration<Trials> = {
  purpose: 'Sign-ins that developers play on the page “Try it”, with what was sent and answered, encrypted.',
  lifetime: {
    until: 'it is ended, or has expired: 10 minutes after its last step',
    obsolete: sql`expires_at < auth_now()`,
    indexed: true,
  },
  people: {
    exported: { nothing: 'It is gone within minutes, and repeats what the login of the app says.' },
    erased: { deleted: 'person_id' },
  },
}

/** For how long a trial waits for its next step, and goes on with its tokens. */
const TTL_SECONDS = 600

/** In whose browser a trial is, and whose it is: a developer of the portal, or null for whoever sits at a development machine. */
export interface TrialOwner {
  readonly browserHashes: readonly string[]
  readonly personId: string | null
}

/** A trial as it is stored. */
export interface StoredTrial {
  readonly id: string
  readonly isAsked: boolean
  readonly isAnswered: boolean
  /** Rises with each change. */
  readonly revision: number
  readonly secondsLeft: number
  readonly sealed: string
}

const COLUMNS = sql`id, asked_at is not null as "isAsked", answered_at is not null as "isAnswered", revision, sealed,
  ceil(extract(epoch from expires_at - auth_now()))::int as "secondsLeft"`

function isOwn({ browserHashes, personId }: TrialOwner) {
  return sql`browser_hash = any(${[...browserHashes]}::text[]) and person_id is not distinct from ${personId}
    and expires_at > auth_now()`
}

/** Begins a trial; nothing where there is no such application. */
export async function beginTrial(
  db: Db,
  row: Readonly<{
    id: string
    browserHash: string
    stateHash: string
    personId: string | null
    clientId: string
    sealed: string
  }>,
): Promise<void> {
  await sql`
    insert into trials (id, browser_hash, state_hash, person_id, application_id, expires_at, sealed)
    select ${row.id}, ${row.browserHash}, ${row.stateHash}, ${row.personId}, application.id,
           ${secondsFromNow(TTL_SECONDS)}, ${row.sealed}
    from applications application where application.client_id = ${row.clientId}`.execute(db)
}

/** The trial of a browser and its owner. */
export async function findTrial(db: Db, owner: TrialOwner): Promise<StoredTrial | undefined> {
  const { rows } = await sql<StoredTrial>`
    select ${COLUMNS} from trials where ${isOwn(owner)} order by expires_at desc limit 1`.execute(db)
  return rows[0]
}

/** The request of a trial that waits for its answer has come from its browser: whose it is; undefined where there is none. */
export async function noteTrialAsked(
  db: Db,
  asked: Readonly<{ stateHash: string; applicationId: string; browserHashes: readonly string[] }>,
): Promise<Readonly<{ personId: string | null }> | undefined> {
  const { rows } = await sql<{ personId: string | null }>`
    update trials set asked_at = coalesce(asked_at, auth_now()), revision = revision + (asked_at is null)::int
    where state_hash = ${asked.stateHash} and application_id = ${asked.applicationId}
      and browser_hash = any(${[...asked.browserHashes]}::text[]) and answered_at is null and expires_at > auth_now()
    returning person_id as "personId"`.execute(db)
  return rows[0]
}

/** Takes the answer that a trial waits for, once: of several at once, and ever after, one gets it. */
export async function takeTrialAnswer(
  db: Db,
  answer: Readonly<{ stateHash: string; browserHashes: readonly string[] }>,
): Promise<(StoredTrial & Readonly<{ personId: string | null }>) | undefined> {
  const { rows } = await sql<StoredTrial & { personId: string | null }>`
    update trials set answered_at = auth_now(), expires_at = ${secondsFromNow(TTL_SECONDS)}, revision = revision + 1
    where state_hash = ${answer.stateHash} and browser_hash = any(${[...answer.browserHashes]}::text[])
      and asked_at is not null and answered_at is null and expires_at > auth_now()
    returning ${COLUMNS}, person_id as "personId"`.execute(db)
  return rows[0]
}

/** Notes what became of a trial, unless something else did meanwhile. @param familyId what it was given; ends with it */
export async function noteTrial(
  db: Db,
  trial: Readonly<{ id: string; revision: number; sealed: string; familyId?: string }>,
): Promise<boolean> {
  const { rows } = await sql`
    update trials set sealed = ${trial.sealed}, revision = revision + 1,
      family_id = coalesce(${trial.familyId ?? null}, family_id)
    where id = ${trial.id} and revision = ${trial.revision} returning id`.execute(db)
  return rows.length === 1
}

/** Counts one call of a trial; false when it has none left, or is gone. */
export async function countTrialCall(db: Db, id: string, most: number): Promise<boolean> {
  const { rows } = await sql`
    update trials set calls = calls + 1 where id = ${id} and calls < ${most} and expires_at > auth_now()
    returning id`.execute(db)
  return rows.length === 1
}

/** Ends a login that was opened for a trial, and that no trial has any more. */
export async function endTrialLogin(db: Db, familyId: string): Promise<void> {
  await sql`
    update refresh_families set revoked_at = auth_now(), revoked_because = 'revoked by the client'
    where id = ${familyId} and revoked_at is null
      and not exists (select from trials where family_id = ${familyId})`.execute(db)
}

/** Ends a trial, and with it what it was given. */
export async function endTrial(db: Db, owner: TrialOwner): Promise<void> {
  await sql`delete from trials where browser_hash = any(${[...owner.browserHashes]}::text[])
            and person_id is not distinct from ${owner.personId}`.execute(db)
}
