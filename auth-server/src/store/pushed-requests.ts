// Pushed authorization requests: kept by the hash of their URI until their one use (see insertRequest) or their end.
import { sql } from 'kysely'
import type { Db } from './database.ts'

/** What a client pushed: the parameters in form encoding, without credentials, and the key that was proven, if one was. */
export type PushedRequest = Readonly<{ parameters: string; dpopJkt: string | null }>

export const insertPushedRequest = async (
  db: Db,
  row: PushedRequest & Readonly<{ uriHash: string; applicationId: string; ttlSeconds: number }>,
): Promise<void> => {
  await db
    .insertInto('pushed_requests')
    .values({
      uri_hash: row.uriHash,
      application_id: row.applicationId,
      parameters: row.parameters,
      dpop_jkt: row.dpopJkt,
      expires_at: sql<Date>`auth_now() + make_interval(secs => ${row.ttlSeconds})`,
    })
    .execute()
}

/** Finds what this application pushed and nobody has used yet. */
export const findPushedRequest = async (
  db: Db,
  uriHash: string,
  applicationId: string,
): Promise<PushedRequest | undefined> =>
  db
    .selectFrom('pushed_requests')
    .where('uri_hash', '=', uriHash)
    .where('application_id', '=', applicationId)
    .where('used_at', 'is', null)
    .where('expires_at', '>', sql<Date>`auth_now()`)
    .select(['parameters', 'dpop_jkt as dpopJkt'])
    .executeTakeFirst()
