// The end of browser sessions: of one browser, of a person, or of a sign-in at a provider; with all that was born in them.
import { type SqlBool, sql } from 'kysely'
import type { Db, Trx } from './database.ts'
import { lockAccount } from './lock-account.ts'
import { type BrowserProof, liveSessions, type Session } from './tables/sessions.ts'
import { sessionsOf } from './visit-steps.ts'

function isStranger({ tokenHashes, visits }: BrowserProof) {
  return tokenHashes.length + visits.length === 0
}

// By the token in force, by the one that it replaced, or by a visit: of several answers that got lost in a row, or of
// several tabs that signed in at once, the browser may hold a token from before that.
function belongsTo({ tokenHashes, visits }: BrowserProof) {
  return sql<SqlBool>`(token_hash = any(${tokenHashes}) or previous_token_hash = any(${tokenHashes}) or session.id in (
    select unnest(${sessionsOf(sql`visit.steps`)})
    from unnest(${visits.map(({ id }) => id)}::text[], ${visits.map(({ browserHash }) => browserHash)}::text[])
      as sent (id, browser_hash)
    join authorization_requests visit on visit.id = sent.id and visit.browser_hash = sent.browser_hash))`
}

/** Back-Channel Logout §2.7. Where both are told, a session of the subject whose `sid` was never told is meant as well. */
function isOpenedBy({ issuer, subject, sids }: UpstreamEnding) {
  const named = [...sids]
  if (subject === undefined) return sql<SqlBool>`issuer = ${issuer} and upstream_sid = any(${named})`
  return sids.length === 0
    ? sql<SqlBool>`issuer = ${issuer} and upstream_subject = ${subject}`
    : sql<SqlBool>`issuer = ${issuer} and upstream_subject = ${subject}
        and (upstream_sid is null or upstream_sid = any(${named}))`
}

/** Finds the session that signing out of this browser ends; one that is told "signed out" leaves nothing behind. */
export async function findSessionToEnd(db: Db, browser: BrowserProof): Promise<Session | undefined> {
  return isStranger(browser)
    ? undefined
    : liveSessions(db).where(belongsTo(browser)).orderBy('session.auth_time', 'desc').limit(1).executeTakeFirst()
}

/** Which sign-ins a provider says are over: all of one of its subjects, or those that it calls so (`sid`). */
export interface UpstreamEnding {
  readonly issuer: string
  readonly subject?: string | undefined
  readonly sids: readonly string[]
}

/** Which sessions end: those of a browser, or all of a person, or all but one, or those that a provider opened. */
export type Ending = BrowserProof | Readonly<{ personId: string; except?: string }> | UpstreamEnding

/** A session that is no more. */
export interface EndedSession {
  readonly id: string
  readonly personId: string
  /** Of the provider that had opened it, and what that is told of its end. */
  readonly issuer: string | null
  readonly sealedLogout: string | null
}

/**
 * Ends sessions for good, in one transaction (see `endSessionsWithin`).
 * @param also what belongs to their end, in the same transaction
 */
export async function endSessions(
  db: Db,
  which: Ending,
  also: (trx: Trx, ended: readonly EndedSession[]) => Promise<void> = async () => {},
): Promise<readonly EndedSession[]> {
  return 'tokenHashes' in which && isStranger(which)
    ? []
    : db.transaction().execute(async (trx) => {
        const ended = await endSessionsWithin(trx, which)
        await also(trx, ended)
        return ended
      })
}

/**
 * The rows go (locked in the order of their ids, as by all who lock several), the families born in them end but for those with offline_access (Back-Channel Logout §2.7), and every
 * client that took part and wants to know gets a notice, also one whose login goes on.
 *
 * Two statements: a code of the session that is being redeemed holds a lock on its row (see `consumeCode`), so the
 * first waits for it, and the second, reading afterwards, sees the family that it opened (READ COMMITTED).
 */
export async function endSessionsWithin(trx: Trx, which: Ending): Promise<readonly EndedSession[]> {
  const ended = await trx
    .deleteFrom('sessions')
    .where('id', 'in', (all) =>
      all
        .selectFrom('sessions as session')
        .where((eb) => {
          if ('issuer' in which) return isOpenedBy(which)
          return 'personId' in which
            ? eb.and([eb('person_id', '=', which.personId), eb('id', 'is distinct from', which.except ?? null)])
            : belongsTo(which)
        })
        .select('session.id')
        .orderBy('session.id')
        .forUpdate(),
    )
    .returning(['id', 'person_id as personId', 'issuer', 'sealed_logout as sealedLogout'])
    .execute()
  const ids = ended.map(({ id }) => id)
  if (ids.length === 0) return ended
  await sql`
    with revoked as (
      update refresh_families set revoked_at = auth_now(), revoked_because = 'signed out'
      where session_id = any(${ids}) and revoked_at is null and not scopes @> '{offline_access}'
    )
    select tell_of_ended_logins(array(select id from refresh_families where session_id = any(${ids})))`.execute(trx)
  return ended
}

/**
 * Ends whatever was born in the person's other logins, and those: codes, families and all else of an earlier epoch by its
 * rise, sessions by their end. Only the session of the browser that asks goes on, in the new epoch. Apps on its device are
 * signed out as well: who knows whether they are the person's.
 */
export async function endAllButSession(
  trx: Trx,
  { personId, sessionId }: Readonly<{ personId: string; sessionId: string }>,
): Promise<void> {
  await lockAccount(trx, personId)
  await sql`
    with person as (
      update people set auth_epoch = auth_epoch + 1, updated_at = auth_now() where id = ${personId}
      returning id, auth_epoch
    )
    update sessions session set auth_epoch = person.auth_epoch from person
    where session.person_id = person.id and session.id = ${sessionId} and session.auth_epoch = person.auth_epoch - 1`.execute(
    trx,
  )
  await endSessionsWithin(trx, { personId, except: sessionId })
}
