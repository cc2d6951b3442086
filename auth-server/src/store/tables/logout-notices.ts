// Logout notices in the outbox: how they are queued, and what the client that one is for says today.
import { type RawBuilder, sql } from 'kysely'
import { randomSecret } from '../../crypto/random.ts'
import type { Db } from '../database.ts'
import { OUTBOX_LIFETIME_SECONDS } from './outbox.ts'

/** Queues a notice for each row of `told`, which has `application_id`, `person_id`, `session_id` and the client's `uri`. */
export function queueLogoutNotices(told: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    insert into outbox (id, kind, receiver, application_id, person_id, payload, expires_at)
    select ${randomSecret(16)} || '.' || row_number() over (), 'logout-notice',
           -- scheme, host and port, which several clients may share
           coalesce(substring(lower(uri) from '^[^/]*//[^/?#]*'), application_id),
           application_id, person_id, jsonb_build_object('sessionId', session_id),
           auth_now() + make_interval(secs => ${OUTBOX_LIFETIME_SECONDS['logout-notice']})
    from ${told}`
}

export interface LogoutReceiver {
  readonly clientId: string
  /** Null when the client has withdrawn its address, or has no approved subscription any more. */
  readonly uri: string | null
  readonly idTokenAlg: string
}

/** Where the notices of an application go now. */
export async function findLogoutReceiver(db: Db, applicationId: string): Promise<LogoutReceiver | undefined> {
  const { rows } = await sql<LogoutReceiver>`
    select client_id as "clientId", id_token_signed_response_alg as "idTokenAlg",
           case when exists (select from subscriptions where application_id = application.id and status = 'approved')
                then backchannel_logout_uri end as uri
    from applications application where id = ${applicationId}`.execute(db)
  return rows[0]
}
