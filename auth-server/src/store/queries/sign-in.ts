// Signing in: one step of a visit opens one session in its browser, however often and however parallel its form arrives.
import { sql } from 'kysely'
import type { AddedClaims } from '../added-claims.ts'
import type { Db, Trx } from '../database.ts'
import { secondsFromNow } from '../sql.ts'
import { unfinished, type VisitProof } from '../tables/authorization-requests.ts'
import { useIdentity } from '../tables/identities.ts'
import type { BrowserProof } from '../tables/sessions.ts'
import type { UpstreamSubject } from '../tables/upstream-logins.ts'
import { sessionsOf, stepDone } from '../visit-steps.ts'
import { holdPasskey } from './passkeys.ts'

/** The sessions of people with such a role: they end with the browser, and after this time. */
export interface StrongSessions {
  readonly roles: readonly string[]
  readonly ttlSeconds: number
}

/** A sign-in at a provider: of whom, what it calls that, and what it is told when it is over here; each if there is such a thing. */
export interface UpstreamSession {
  readonly subject: string
  readonly sid: string | null
  readonly sealedLogout?: string | undefined
}

/** Who has just been authenticated, and what the request that says so brought along. */
export interface SignIn extends BrowserProof {
  readonly requestId: string
  readonly personId: string
  readonly authEpoch: number
  readonly acr: string
  /** Authentication methods (RFC 8176). */
  readonly amr: readonly string[]
  /** Of the provider that says so; null: this server does. */
  readonly issuer: string | null
  readonly addedClaims?: AddedClaims | undefined
  /** Who that is there, and what the provider calls the sign-in, if it does. */
  readonly upstream?: UpstreamSession | undefined
  /** By which the person is known there: it has to be theirs still. */
  readonly identity?: UpstreamSubject | undefined
  /** That was shown: it has to count still. */
  readonly passkeyId?: string | undefined
  readonly ttlSeconds: number
  /** Whether the browser may keep it when it ends; nobody's who has a strong role. */
  readonly persists: boolean
  readonly strong: StrongSessions
  /** Of a session, if a new one is opened. */
  readonly sessionId: string
  /** Of this sign-in, if it is the visit's first. */
  readonly signInId: string
  /** The hash of the token that a sign-in's browser gets, the first of these; of one that was done before it may be another. */
  readonly tokenHashesOf: (signInId: string) => readonly string[]
}

/**
 * `done`, and by which sign-in (this one, or the one that the same form had done before); or nothing has happened:
 * `visit over` when it was finished meanwhile, `person changed` when the epoch has moved since the password was read, a new
 * password is due, or the passkey, or the account elsewhere, is theirs no more.
 */
export type SignInOutcome =
  | Readonly<{ kind: 'done'; signInId: string; tokenHash: string; endsWithBrowser: boolean }>
  | Readonly<{ kind: 'visit over' | 'person changed' }>

/**
 * Opens a session for a person who just authenticated and ties the visit to it. What the browser had before goes, known
 * by its tokens (also by the one before the last: the answer with the last may have been lost) and by its other visits
 * (another tab may be signing in at the same moment). Where that was the same person's session, the new one keeps its id
 * (`sid`), so that signing out later reaches what was born in either, and only the token changes. Another person's apps
 * stay as they are; a code that theirs has not redeemed yet is bound to the session and goes with it, since no sign-out
 * could reach what it opens.
 *
 * When the form arrives again, from the same person, and the browser has no other session since, nothing changes.
 *
 * @param also what belongs to a sign-in that was done, in its transaction
 *
 * Two statements: the first waits for other sign-ins of this browser, the second, reading afterwards, sees the sessions
 * that they opened (READ COMMITTED).
 */
export function signIn(
  db: Db,
  input: SignIn,
  also: (trx: Trx) => Promise<void> = async () => {},
): Promise<SignInOutcome> {
  const done = db.transaction().execute(async (trx): Promise<SignInOutcome> => {
    const visits = await lockVisits(trx, input.visits)
    const visit = visits.find(({ id, isOpen }) => isOpen && id === input.requestId)
    if (!visit) return { kind: 'visit over' }
    const outcome = await openSession(trx, input, {
      sessionIds: visits.flatMap(({ sessionIds }) => sessionIds),
      doneAs: visit.signInId === null ? [] : input.tokenHashesOf(visit.signInId),
    })
    if (!outcome) return { kind: 'person changed' }
    const { kind, ...opened } = outcome
    if (kind === 'repeated') return { kind: 'done', signInId: visit.signInId ?? input.signInId, ...opened }
    if (input.identity && !(await useIdentity(trx, input.identity, input.personId))) throw new ProofEnded()
    if (input.passkeyId !== undefined && !(await holdPasskey(trx, input.passkeyId, input.personId)))
      throw new ProofEnded()
    await also(trx)
    return { kind: 'done', signInId: input.signInId, ...opened }
  })
  return done.catch((error: unknown) => {
    if (error instanceof ProofEnded) return { kind: 'person changed' }
    throw error
  })
}

/** The passkey, or the account elsewhere, is the person's no more; undoes the transaction that it is thrown in. */
class ProofEnded extends Error {}

interface LockedVisit {
  readonly id: string
  readonly sessionIds: readonly string[]
  readonly signInId: string | null
  readonly isOpen: boolean
}

// In the order of their ids, so that no two sign-ins of a browser ever wait for each other.
async function lockVisits(trx: Trx, visits: readonly VisitProof[]): Promise<readonly LockedVisit[]> {
  const ids = visits.map(({ id }) => id)
  const hashes = visits.map(({ browserHash }) => browserHash)
  const { rows } = await sql<LockedVisit>`
    select request.id, ${sessionsOf(sql`request.steps`)} as "sessionIds", request.steps->'login'->>'signIn' as "signInId",
           ${unfinished} and request.steps->'deny' is null as "isOpen"
    from unnest(${ids}::text[], ${hashes}::text[]) as sent (id, browser_hash)
    join authorization_requests request on request.id = sent.id and request.browser_hash = sent.browser_hash
    order by request.id
    for update of request`.execute(trx)
  return rows
}

interface Opened {
  readonly kind: 'opened' | 'repeated'
  readonly tokenHash: string
  readonly endsWithBrowser: boolean
}

/** @param known `sessionIds` of the browser's visits; the hashes of the token of the sign-in that was `doneAs` this very step. */
async function openSession(
  trx: Trx,
  input: SignIn,
  known: Readonly<{ sessionIds: readonly string[]; doneAs: readonly string[] }>,
): Promise<Opened | undefined> {
  const [tokenHash = ''] = input.tokenHashesOf(input.signInId)
  const addedClaims = input.addedClaims ? JSON.stringify(input.addedClaims) : null
  const { subject = null, sid = null, sealedLogout = null } = input.upstream ?? {}
  const { rows } = await sql<Opened>`
    with person as (
      select id, auth_epoch, has_strong_role or ${!input.persists} as ends_with_browser,
             case when has_strong_role then ${secondsFromNow(input.strong.ttlSeconds)}
                  else ${secondsFromNow(input.ttlSeconds)} end as expires_at
      from people, lateral (select exists (
        select from person_roles where person_id = people.id and role = any(${[...input.strong.roles]})) as has_strong_role) as roles
      where id = ${input.personId} and auth_epoch = ${input.authEpoch} and status = 'active'
        -- Whatever was shown may be of whoever the password is taken from: first a new one, by mail.
        and password_reset_required_at is null
    ), before as (
      select session.id, session.token_hash, session.auth_time, session.ends_with_browser,
             session.token_hash = any(${input.tokenHashes}) as sent,
             session.person_id = person.id and session.auth_epoch = person.auth_epoch
               and session.expires_at > auth_now() as theirs
      from sessions session, person
      where session.token_hash = any(${input.tokenHashes}) or session.previous_token_hash = any(${input.tokenHashes})
        or session.id = any(${known.sessionIds})
      order by session.id for update of session
    ), repeated as (
      select ends_with_browser, token_hash from before where theirs and token_hash = any(${known.doneAs})
        and not exists (select from before other where other.sent and other.token_hash <> all(${known.doneAs}))
    ), kept as (
      select id from before where theirs and not exists (select from repeated) order by sent desc, auth_time desc limit 1
    ), renewed as (
      update sessions set previous_token_hash = token_hash, token_hash = ${tokenHash}, acr = ${input.acr}, amr = ${[...input.amr]},
                          issuer = ${input.issuer}, added_claims = ${addedClaims}::jsonb,
                          upstream_subject = ${subject}, upstream_sid = ${sid}, sealed_logout = ${sealedLogout}, auth_time = auth_now(), expires_at = person.expires_at,
                          ends_with_browser = person.ends_with_browser
      from kept, person where sessions.id = kept.id
      returning sessions.id, sessions.ends_with_browser
    ), replaced as (
      delete from sessions using before
      where sessions.id = before.id and not exists (select from repeated) and sessions.id not in (select id from kept)
    ), inserted as (
      insert into sessions (token_hash, id, person_id, auth_epoch, acr, amr, issuer, added_claims,
                            upstream_subject, upstream_sid, sealed_logout, auth_time, expires_at, ends_with_browser)
      select ${tokenHash}, ${input.sessionId}, person.id, person.auth_epoch, ${input.acr}, ${[...input.amr]}, ${input.issuer}, ${addedClaims}::jsonb,
             ${subject}, ${sid}, ${sealedLogout}, auth_now(), person.expires_at, person.ends_with_browser
      from person where not exists (select from renewed) and not exists (select from repeated)
      returning id, ends_with_browser
    ), opened as (
      select * from renewed union all select * from inserted
    ), visit as (
      -- What was done before the sign-in was done by whoever was there before; but for what was read, not decided.
      update authorization_requests
      set steps = jsonb_strip_nulls(jsonb_build_object('guest', steps->'guest'))
                  || ${stepDone('login', sql`opened.id`, { signIn: input.signInId })}
      from opened where authorization_requests.id = ${input.requestId}
      returning opened.ends_with_browser
    )
    select 'opened' as kind, ends_with_browser as "endsWithBrowser", ${tokenHash} as "tokenHash" from visit
    union all select 'repeated', ends_with_browser, token_hash from repeated`.execute(trx)
  return rows[0]
}
