// Questions about applications in the database that only their registration asks.
import { sql } from 'kysely'
import type { Trx } from '../database.ts'

/** Whether another application has a redirect URI with one of these schemes. Registrations that ask wait for each other. */
export async function isSchemeTaken(trx: Trx, clientId: string, schemes: readonly string[]): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtext('private-use schemes'))`.execute(trx)
  const { rows } = await sql`
    select from applications, unnest(redirect_uris) as uri
    where client_id <> ${clientId} and split_part(uri, ':', 1) = any(${[...schemes]}::text[]) limit 1`.execute(trx)
  return rows.length > 0
}
