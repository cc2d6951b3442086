// Logout notices on their way to clients: rows that instances take turns with, until they arrive or grow old.
import { sql } from 'kysely'
import type { Db } from '../database.ts'

export interface LogoutNotice {
  readonly id: string
  readonly userId: string
  readonly sessionId: string
  readonly clientId: string
  /** Where to send it; null when the client has withdrawn its address, or has no approved subscription any more. */
  readonly uri: string | null
  /** Who has to answer: scheme, host and port of that address, which several clients may share. */
  readonly receiver: string
  readonly idTokenAlg: string
  readonly attempts: number
  readonly now: number
}

/** Pause after the first attempt, in seconds; four times as long after each further one, an hour at most. */
const FIRST_PAUSE_SECONDS = 15
const LONGEST_PAUSE_SECONDS = 3600

/** How many notices may be on their way, in all and to one receiver; and the receivers of those that are, one by one. */
export interface Room {
  readonly total: number
  readonly perReceiver: number
  readonly busy: readonly string[]
}

/**
 * Takes notices that are due, as many as there is room for, the longest due first. Taking one moves its next attempt
 * away, further than an attempt can last: no other instance takes it meanwhile, and if this one dies, it is simply due
 * again.
 */
export async function takeDueNotices(db: Db, room: Room): Promise<readonly LogoutNotice[]> {
  const due = sql`next_attempt_at <= auth_now() and expires_at > auth_now()`
  const { rows } = await sql<LogoutNotice>`
    with soonest as (
      -- Of each client only as many as could be sent: however many wait for one, they hide nobody else's.
      select notice.id, notice.next_attempt_at,
             coalesce(substring(lower(application.backchannel_logout_uri) from '^[^/]*//[^/?#]*'), application.id) as receiver
      from applications application cross join lateral (
        select id, next_attempt_at from logout_notices where application_id = application.id and ${due}
        order by next_attempt_at limit ${room.perReceiver}) notice
      where exists (select from logout_notices where ${due})
    ), in_line as (
      select *, row_number() over (partition by receiver order by next_attempt_at)
                + (select count(*) from unnest(${[...room.busy]}::text[]) other where other = receiver) as place
      from soonest
    ), chosen as (
      select id, receiver from in_line where place <= ${room.perReceiver} order by next_attempt_at
      limit ${room.total - room.busy.length}
    )
    update logout_notices notice
    set attempts = notice.attempts + 1,
        next_attempt_at = auth_now() + make_interval(
          secs => least(${FIRST_PAUSE_SECONDS} * power(4, least(notice.attempts, 10)), ${LONGEST_PAUSE_SECONDS}))
    from applications application, chosen
    where notice.id in (
        select id from logout_notices where id in (select id from chosen) and ${due} for update skip locked)
      and chosen.id = notice.id and application.id = notice.application_id
    returning notice.id, notice.user_id as "userId", notice.session_id as "sessionId",
              application.client_id as "clientId",
              case when exists (select from subscriptions
                                where application_id = application.id and status = 'approved')
                   then application.backchannel_logout_uri end as uri, chosen.receiver,
              application.id_token_signed_response_alg as "idTokenAlg", notice.attempts,
              floor(extract(epoch from auth_now()))::float8 as now`.execute(db)
  return rows
}

/** The notice has arrived, or never will. */
export async function removeNotice(db: Db, id: string): Promise<void> {
  await db.deleteFrom('logout_notices').where('id', '=', id).execute()
}
