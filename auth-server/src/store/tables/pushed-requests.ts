// Pushed authorization requests, kept by the hash of their URI: open to any number of visits until the first of them ends.
import { type SqlBool, sql } from 'kysely'
import type { Db } from '../database.ts'

/** What a client pushed: the parameters in form encoding, without credentials, and the key that was proven, if one was. */
export interface PushedRequest {
  readonly parameters: string
  readonly dpopJkt: string | null
}

export async function insertPushedRequest(
  db: Db,
  row: PushedRequest & Readonly<{ uriHash: string; applicationId: string; ttlSeconds: number }>,
): Promise<void> {
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

/** Finds what this application pushed a moment ago, unless a visit has used it up. */
export async function findPushedRequest(
  db: Db,
  uriHash: string,
  applicationId: string,
): Promise<PushedRequest | undefined> {
  return db
    .selectFrom('pushed_requests')
    .where('uri_hash', '=', uriHash)
    .where('application_id', '=', applicationId)
    .where('used_at', 'is', null)
    .where('expires_at', '>', sql<Date>`auth_now()`)
    .select(['parameters', 'dpop_jkt as dpopJkt'])
    .executeTakeFirst()
}

/**
 * Whether a visit may still end in an answer for the app: it was not pushed, or no other visit of its request has ended.
 * Part of a statement about `authorization_requests`.
 */
export const isUnspent = sql<SqlBool>`(pushed_uri_hash is null or exists (
  select from pushed_requests where uri_hash = pushed_uri_hash and used_at is null))`

/**
 * The parts of a statement that ends a visit, after `closed`, the row of the visit that ends here: `spent` uses up the
 * request that was pushed, and `ended` is empty for a visit that another one of the same request came before. Of any
 * number of visits that end at once the row of the pushed request lets one through (RFC 9126 §7.3).
 */
export const spendPushed = sql`
  spent as (
    update pushed_requests set used_at = auth_now() from closed
    where pushed_requests.uri_hash = closed.pushed_uri_hash and pushed_requests.used_at is null
    returning pushed_requests.uri_hash
  ), ended as (
    select * from closed where pushed_uri_hash is null or exists (select from spent)
  )`
