// Where registered browser apps live: the origins of their redirect URIs.
import type { Db } from '../database.ts'
import { HAS_SUBSCRIPTION } from '../sql.ts'

/** The origins of every application of kind `browser` with an approved subscription. */
export async function listBrowserOrigins(db: Db): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('applications as application')
    .where('kind', '=', 'browser')
    .where(HAS_SUBSCRIPTION)
    .select('redirect_uris')
    .execute()
  return new Set(rows.flatMap((row) => row.redirect_uris).map((uri) => new URL(uri).origin))
}
