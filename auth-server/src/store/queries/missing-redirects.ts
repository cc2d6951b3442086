// Applications that were let in at an API, sign people in, and have no address that the answer could go to.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'

const MISSING = sql<boolean>`(cardinality(application.redirect_uris) = 0 and 'authorization_code' = any(application.grant_types)
  and exists (select from subscriptions where application_id = application.id and status <> 'pending'))`

export async function isSubscribedWithoutRedirectUri(trx: Trx, applicationId: string): Promise<boolean> {
  const found = await trx
    .selectFrom('applications as application')
    .where('id', '=', applicationId)
    .where(MISSING)
    .select('id')
    .executeTakeFirst()
  return found !== undefined
}

/** The client IDs of all of them. */
export async function listSubscribedWithoutRedirectUri(db: Db): Promise<ReadonlySet<string>> {
  const found = await db.selectFrom('applications as application').where(MISSING).select('client_id').execute()
  return new Set(found.map(({ client_id: clientId }) => clientId))
}
