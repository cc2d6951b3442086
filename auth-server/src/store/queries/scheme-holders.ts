// Who has which private-use schemes: of the applications that the file names, and that may use an API.
import { sql } from 'kysely'
import type { Trx } from '../database.ts'
import type { ManagedBy } from '../managed-by.ts'

export interface SchemeHolder {
  readonly clientId: string
  readonly scheme: string
  readonly managedBy: ManagedBy
}

/**
 * Another application that holds one of these schemes, be it suspended. Those who ask wait for each other, and then see
 * what came of the other: a statement of its own.
 */
export async function findSchemeHolder(
  trx: Trx,
  clientId: string,
  schemes: readonly string[],
): Promise<SchemeHolder | undefined> {
  await sql`select pg_advisory_xact_lock(hashtext('private-use schemes'))`.execute(trx)
  const { rows } = await sql<SchemeHolder>`
    select client_id as "clientId", split_part(uri, ':', 1) as scheme, managed_by as "managedBy"
    from applications application, unnest(redirect_uris) as uri
    where client_id <> ${clientId} and split_part(uri, ':', 1) = any(${[...schemes]}::text[])
      and (managed_by = 'file' or exists (
        select from subscriptions where application_id = application.id and status <> 'pending'))
    order by client_id limit 1`.execute(trx)
  return rows[0]
}

/** The redirect URIs of an application, and the grants that may need one. */
export async function findRedirectUris(
  trx: Trx,
  applicationId: string,
): Promise<Readonly<{ clientId: string; redirectUris: readonly string[]; grantTypes: readonly string[] }> | undefined> {
  return trx
    .selectFrom('applications')
    .where('id', '=', applicationId)
    .select(['client_id as clientId', 'redirect_uris as redirectUris', 'grant_types as grantTypes'])
    .executeTakeFirst()
}
