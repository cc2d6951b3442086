// The client that a logout notice is for, as it is today: it may have moved since, or gone.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import { HAS_SUBSCRIPTION } from '../sql.ts'

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
           case when ${HAS_SUBSCRIPTION}
                then backchannel_logout_uri end as uri
    from applications application where id = ${applicationId}`.execute(db)
  return rows[0]
}
