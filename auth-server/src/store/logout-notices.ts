// Logout notices on their way to clients: rows that instances take turns with, until they arrive or grow old.
import { sql } from 'kysely'
import type { Db } from './database.ts'

export type LogoutNotice = Readonly<{
  id: string
  userId: string
  sessionId: string
  clientId: string
  /** Where to send it; null when the client has withdrawn its address. */
  uri: string | null
  idTokenAlg: string
  attempts: number
  now: number
}>

/** Pause after the first attempt, in seconds; four times as long after each further one, an hour at most. */
const FIRST_PAUSE_SECONDS = 15
const LONGEST_PAUSE_SECONDS = 3600

/**
 * Takes up to `limit` notices that are due. Taking one moves its next attempt away, further than an attempt can last:
 * no other instance takes it meanwhile, and if this one dies, it is simply due again.
 */
export const takeDueNotices = async (db: Db, limit: number): Promise<readonly LogoutNotice[]> => {
  const { rows } = await sql<LogoutNotice>`
    update logout_notices notice
    set attempts = notice.attempts + 1,
        next_attempt_at = auth_now() + make_interval(
          secs => least(${FIRST_PAUSE_SECONDS} * power(4, least(notice.attempts, 10)), ${LONGEST_PAUSE_SECONDS}))
    from applications application
    where notice.id in (
        select id from logout_notices where next_attempt_at <= auth_now() and expires_at > auth_now()
        order by next_attempt_at limit ${limit} for update skip locked)
      and application.id = notice.application_id
    returning notice.id, notice.user_id as "userId", notice.session_id as "sessionId",
              application.client_id as "clientId", application.backchannel_logout_uri as uri,
              application.id_token_signed_response_alg as "idTokenAlg", notice.attempts,
              floor(extract(epoch from auth_now()))::float8 as now`.execute(db)
  return rows
}

/** The notice has arrived, or never will. */
export const removeNotice = async (db: Db, id: string): Promise<void> => {
  await db.deleteFrom('logout_notices').where('id', '=', id).execute()
}
