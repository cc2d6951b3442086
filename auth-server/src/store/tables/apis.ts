// Rows of APIs.
import type { Db } from '../database.ts'

/** Finds an API by its short name. */
export const findApi = async (db: Db, id: string): Promise<Readonly<{ id: string; resource: string }> | undefined> =>
  db.selectFrom('apis').where('id', '=', id).select(['id', 'resource']).executeTakeFirst()
