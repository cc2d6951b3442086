// Rows of sign-ins that administrators only try at an identity provider: begun at the portal, answered once, shown for minutes.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { TableDeclaration } from '../declaration.ts'
import { secondsFromNow } from '../sql.ts'
import { IS_POSTED_LATELY } from './upstream-logins.ts'

export interface ProviderTrials {
  person_id: string
  /** Its name in the configuration. */
  provider: string
  session_id: string
  /** Of the cookie of the portal. */
  browser_hash: string
  state_hash: string
  expires_at: Date
  returned_at: Date | null
  /** The form that the provider's page has posted, until the browser comes after it. */
  posted: string | null
  posted_at: Date | null
  sealed: string | null
}

export const PROVIDER_TRIALS: TableDeclaration<ProviderTrials> = {
  purpose: 'Sign-ins that administrators try at an identity provider, with what it told of them, encrypted.',
  lifetime: {
    until: 'it expires, 10 minutes after its last step',
    obsolete: sql`expires_at < auth_now()`,
    indexed: true,
  },
  people: {
    exported: { nothing: 'It is gone within minutes, and what it holds is what the provider tells.' },
    erased: { deleted: 'person_id' },
  },
}

/** How long somebody may take at the provider, and for how long the answer is shown. */
const TTL_SECONDS = 600

/** Who tries which provider, in which session. */
export interface ProviderTrialOwner {
  readonly personId: string
  readonly sessionId: string
  readonly provider: string
}

export interface NewProviderTrial extends ProviderTrialOwner {
  readonly browserHash: string
  readonly stateHash: string
}

/** Of one person and provider the newest counts. */
export async function beginProviderTrial(db: Db, trial: NewProviderTrial): Promise<void> {
  await sql`
    insert into provider_trials (person_id, provider, session_id, browser_hash, state_hash, expires_at)
    values (${trial.personId}, ${trial.provider}, ${trial.sessionId}, ${trial.browserHash}, ${trial.stateHash},
            ${secondsFromNow(TTL_SECONDS)})
    on conflict (person_id, provider) do update
    set (session_id, browser_hash, state_hash, expires_at, returned_at, posted, posted_at, sealed)
      = (excluded.session_id, excluded.browser_hash, excluded.state_hash, excluded.expires_at, null, null, null, null)`.execute(
    db,
  )
}

/** Keeps what the page of a provider has posted, as for sign-ins (upstream-logins.ts). False where nothing waits for it. */
export async function keepPostedTrialAnswer(
  db: Db,
  { provider, stateHash, posted }: Readonly<{ provider: string; stateHash: string; posted: string }>,
): Promise<boolean> {
  const { rows } = await sql`
    update provider_trials set posted = ${posted}, posted_at = auth_now()
    where state_hash = ${stateHash} and provider = ${provider} and returned_at is null and expires_at > auth_now()
    returning provider`.execute(db)
  return rows.length === 1
}

export interface ReturnedTrial {
  readonly personId: string
  readonly browserHash: string
  readonly posted: string | null
  readonly begunSecondsAgo: number
}

/**
 * Takes the answer of a provider, once, in the browser of a session of the portal that stands, and only while its person is
 * an administrator.
 */
export async function takeProviderTrial(
  db: Db,
  arrival: Readonly<{ provider: string; stateHash: string; isPosted: boolean; browserHashes: readonly string[] }>,
): Promise<ReturnedTrial | undefined> {
  const { rows } = await sql<ReturnedTrial>`
    with answered as (
      select person_id, provider, posted from provider_trials trial
      where state_hash = ${arrival.stateHash} and provider = ${arrival.provider} and returned_at is null
        and expires_at > auth_now() and (posted is not null) = ${arrival.isPosted}::boolean and ${IS_POSTED_LATELY}
        and browser_hash = any(${[...arrival.browserHashes]}::text[])
        and exists (select from portal_sessions portal where portal.token_hash = trial.browser_hash
          and portal.person_id = trial.person_id and portal.expires_at > auth_now())
        and exists (select from person_roles given where given.person_id = trial.person_id and given.role = 'administrator')
      for update
    )
    update provider_trials trial set returned_at = auth_now(), posted = null
    from answered where trial.person_id = answered.person_id and trial.provider = answered.provider
    returning trial.person_id as "personId", trial.browser_hash as "browserHash", answered.posted,
      ${TTL_SECONDS} - extract(epoch from trial.expires_at - auth_now())::float8 as "begunSecondsAgo"`.execute(db)
  return rows[0]
}

/** Keeps what came back, unless another trial has begun meanwhile. */
export async function noteProviderTrial(
  db: Db,
  { stateHash, sealed }: Readonly<{ stateHash: string; sealed: string }>,
): Promise<void> {
  await sql`
    update provider_trials set sealed = ${sealed}, returned_at = coalesce(returned_at, auth_now()),
      expires_at = ${secondsFromNow(TTL_SECONDS)}
    where state_hash = ${stateHash} and expires_at > auth_now()`.execute(db)
}

/** What came back to whoever has tried it in this session; nothing yet, or no more, otherwise. */
export async function findProviderTrial(
  db: Db,
  { personId, sessionId, provider }: ProviderTrialOwner,
): Promise<Readonly<{ sealed: string; stateHash: string }> | undefined> {
  const { rows } = await sql<{ sealed: string; stateHash: string }>`
    select sealed, state_hash as "stateHash" from provider_trials
    where person_id = ${personId} and provider = ${provider} and session_id = ${sessionId}
      and sealed is not null and expires_at > auth_now()`.execute(db)
  return rows[0]
}

/** Forgets it before its time. */
export async function endProviderTrial(
  db: Db,
  { personId, provider }: Pick<ProviderTrialOwner, 'personId' | 'provider'>,
): Promise<void> {
  await sql`delete from provider_trials where person_id = ${personId} and provider = ${provider}`.execute(db)
}
