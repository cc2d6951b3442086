// Sign-ins that are under way at another provider: begun in a visit, answered once, and kept a while where they wait to be linked.
import { type SqlBool, sql } from 'kysely'
import type { Db } from '../database.ts'
import type { Condition, PersonKey, TableDeclaration } from '../declaration.ts'
import { secondsFromNow } from '../sql.ts'
import { unfinished, type VisitProof } from './authorization-requests.ts'

export interface UpstreamLogins {
  request_id: string
  /** Its name in the configuration. */
  provider: string
  state_hash: string
  /** Who is linking it to their account, in which session; null where somebody is signing in. */
  person_id: string | null
  session_id: string | null
  expires_at: Date
  returned_at: Date | null
  /** Who came back, while that waits to be linked to the account that has the address. */
  issuer: string | null
  subject: string | null
  email_key: string | null
  /** The form that the provider's page has posted, until the browser comes after it with its cookies. */
  posted: string | null
  posted_at: Date | null
  /** Of who came back, to be kept with the link. */
  sealed_token: string | null
}

function ofPerson({ personId, emails }: PersonKey): Condition {
  return sql`person_id = ${personId} or email_key = any(${[...emails]}) or exists (
    select from identities identity where identity.issuer = upstream_logins.issuer
      and identity.subject = upstream_logins.subject and identity.person_id = ${personId})`
}

export const UPSTREAM_LOGINS: TableDeclaration<UpstreamLogins> = {
  purpose: 'Sign-ins that are under way at an identity provider, or wait to be linked to an account.',
  lifetime: { until: 'it expires, after 10 minutes', obsolete: sql`expires_at < auth_now()`, indexed: true },
  people: {
    exported: {
      rows: { words: 'of the person, of a linked identity, or with a proven address of the person', where: ofPerson },
      columns: {
        request_id: 'internal',
        provider: 'exported',
        state_hash: 'secret',
        person_id: 'owner',
        session_id: 'internal',
        expires_at: 'exported',
        returned_at: 'exported',
        issuer: 'exported',
        subject: 'exported',
        email_key: 'exported',
        posted: 'secret',
        posted_at: 'internal',
        sealed_token: 'secret',
      },
    },
    erased: {
      deleted: {
        words: 'of the person, of a linked identity, or with a proven address of the person',
        where: ofPerson,
      },
    },
  },
}

/** How long somebody may take at the provider, and afterwards to prove the account that it is to be linked to. */
const TTL_SECONDS = 600

/** How long what a page has posted waits for the browser, which is led after it at once. */
const POSTED_SECONDS = 60
/** Whether what was posted, if anything, still counts. Of an instance of a release before it was noted when, it does. */
export const IS_POSTED_LATELY = sql<SqlBool>`coalesce(posted_at > ${secondsFromNow(-POSTED_SECONDS)}, true)`

/** Who links an identity to their own account, in which session. */
export interface LinkingPerson {
  readonly personId: string
  readonly sessionId: string
}

/** Notes that a sign-in began; of one visit and provider the newest counts. */
export async function beginUpstreamLogin(
  db: Db,
  {
    requestId,
    provider,
    stateHash,
    linking,
  }: Readonly<{
    requestId: string
    provider: string
    stateHash: string
    linking: LinkingPerson | undefined
  }>,
): Promise<void> {
  await sql`
    insert into upstream_logins (request_id, provider, state_hash, person_id, session_id, expires_at)
    values (${requestId}, ${provider}, ${stateHash}, ${linking?.personId ?? null}, ${linking?.sessionId ?? null},
            ${secondsFromNow(TTL_SECONDS)})
    on conflict (request_id, provider) do update
    set (state_hash, person_id, session_id, expires_at, returned_at, issuer, subject, email_key, posted, posted_at, sealed_token)
      = (excluded.state_hash, excluded.person_id, excluded.session_id, excluded.expires_at, null, null, null, null, null, null, null)`.execute(
    db,
  )
}

/** Whether a visit has been at a provider already, or is there. */
export async function hasBegunUpstream(db: Db, requestId: string): Promise<boolean> {
  const begun = await db
    .selectFrom('upstream_logins')
    .where('request_id', '=', requestId)
    .select('provider')
    .limit(1)
    .executeTakeFirst()
  return begun !== undefined
}

/**
 * Keeps what the page of a provider has posted: it comes from another site, and so without the cookies of the visit. The
 * newest counts, until it is taken, for a minute. False where no sign-in waits for it: it ended, or nobody here has begun it.
 */
export async function keepPostedAnswer(
  db: Db,
  { provider, stateHash, posted }: Readonly<{ provider: string; stateHash: string; posted: string }>,
): Promise<boolean> {
  const { rows } = await sql`
    update upstream_logins set posted = ${posted}, posted_at = auth_now()
    where state_hash = ${stateHash} and provider = ${provider} and returned_at is null and expires_at > auth_now()
    returning provider`.execute(db)
  return rows.length === 1
}

/** A sign-in whose answer has come. */
export interface ReturnedLogin {
  readonly requestId: string
  readonly linking: LinkingPerson | null
  readonly begunSecondsAgo: number
  /** What its page has posted, where it does that; it is not kept any longer. */
  readonly posted: string | null
}

/** An answer of a provider as it arrives. */
export interface UpstreamArrival {
  readonly provider: string
  readonly stateHash: string
  /** Only after its page has posted the answer itself. */
  readonly isPosted: boolean
  readonly visits: readonly VisitProof[]
}

/** Sent by the browser of its visit, which is not finished. */
function isOfVisit(visits: readonly VisitProof[]): Condition {
  return sql`exists (
    select from unnest(${visits.map(({ id }) => id)}::text[], ${visits.map(({ browserHash }) => browserHash)}::text[])
      as sent (id, browser_hash)
    join authorization_requests on authorization_requests.id = sent.id
      and authorization_requests.browser_hash = sent.browser_hash
    where sent.id = login.request_id and ${unfinished})`
}

/** Whether an answer would be taken, and who is linking; it is not used up. */
export async function awaitsUpstreamAnswer(
  db: Db,
  { provider, stateHash, visits }: Omit<UpstreamArrival, 'isPosted'>,
): Promise<Readonly<{ isLinking: boolean }> | undefined> {
  const { rows } = await sql<{ isLinking: boolean }>`
    select login.person_id is not null as "isLinking" from upstream_logins login
    where state_hash = ${stateHash} and provider = ${provider} and returned_at is null
      and login.expires_at > auth_now() and ${isOfVisit(visits)}`.execute(db)
  return rows[0]
}

/**
 * Takes the answer of a provider, once: of several at once, and ever after, one gets it. Only in the browser of its visit,
 * and only while that is not finished.
 */
export async function takeUpstreamAnswer(
  db: Db,
  { provider, stateHash, isPosted, visits }: UpstreamArrival,
): Promise<ReturnedLogin | undefined> {
  const { rows } = await sql<ReturnedLogin>`
    with answered as (
      select request_id, provider, posted from upstream_logins login
      where state_hash = ${stateHash} and provider = ${provider} and returned_at is null and expires_at > auth_now()
        and (posted is not null) = ${isPosted}::boolean and ${IS_POSTED_LATELY} and ${isOfVisit(visits)}
      for update
    )
    update upstream_logins login set returned_at = auth_now(), posted = null
    from answered where login.request_id = answered.request_id and login.provider = answered.provider
    returning login.request_id as "requestId", answered.posted,
      ${TTL_SECONDS} - extract(epoch from login.expires_at - auth_now())::float8 as "begunSecondsAgo", case when login.person_id is not null then
      jsonb_build_object('personId', login.person_id, 'sessionId', login.session_id) end as linking`.execute(db)
  return rows[0]
}

/** Who came back. */
export interface UpstreamSubject {
  readonly issuer: string
  readonly subject: string
  /** To be revoked there when the link ends. */
  readonly sealedToken?: string | null | undefined
}

/** Keeps who came back, until whoever has an account with the address has signed in to that; for as long as a sign-in may take. */
export async function keepForLink(
  db: Db,
  { requestId, provider, stateHash }: Readonly<{ requestId: string; provider: string; stateHash: string }>,
  { issuer, subject, emailKey, sealedToken }: UpstreamSubject & Readonly<{ emailKey: string }>,
): Promise<void> {
  await sql`
    update upstream_logins
    set issuer = ${issuer}, subject = ${subject}, email_key = ${emailKey}, sealed_token = ${sealedToken ?? null}, expires_at = ${secondsFromNow(TTL_SECONDS)}
    where request_id = ${requestId} and provider = ${provider} and state_hash = ${stateHash}`.execute(db)
}

/** What waits in a visit to be linked to an account. */
export interface WaitingLink extends UpstreamSubject {
  readonly provider: string
  readonly emailKey: string
}

/** What waits in a visit; where a person is named, what may be linked to their account, because its address is proven to be theirs. */
export async function findWaitingLink(
  db: Db,
  { requestId, personId }: Readonly<{ requestId: string; personId?: string }>,
): Promise<WaitingLink | undefined> {
  const { rows } = await sql<WaitingLink>`
    select provider, issuer, subject, email_key as "emailKey", sealed_token as "sealedToken" from upstream_logins login
    where request_id = ${requestId} and subject is not null and expires_at > auth_now()
      and (${personId ?? null}::text is null or exists (
        select from email_addresses email
        where email.key = login.email_key and email.proof is not null and email.person_id = ${personId ?? null}))
    order by returned_at desc limit 1`.execute(db)
  return rows[0]
}

/** Uses up what waits in a visit: of two at once one gets it. */
export async function takeWaitingLink(
  db: Db,
  { requestId, link }: Readonly<{ requestId: string; link: WaitingLink }>,
): Promise<boolean> {
  const { rows } = await sql`
    delete from upstream_logins
    where request_id = ${requestId} and provider = ${link.provider} and issuer = ${link.issuer}
      and subject = ${link.subject} and expires_at > auth_now()
    returning provider`.execute(db)
  return rows.length === 1
}
