// Rows of APIs.
import type { Db } from '../database.ts'

/** Finds an API by its short name. */
export async function findApi(db: Db, id: string): Promise<Readonly<{ id: string; resource: string }> | undefined> {
  return db.selectFrom('apis').where('id', '=', id).select(['id', 'resource']).executeTakeFirst()
}
