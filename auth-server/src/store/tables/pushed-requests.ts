// Pushed authorization requests, kept by the hash of their URI: open to any number of visits until the first of them ends.
import { type SqlBool, sql } from 'kysely'
import type { Db } from '../database.ts'
import type { TableDeclaration } from '../declaration.ts'
import { secondsFromNow } from '../sql.ts'

export interface PushedRequests {
  uri_hash: string
  application_id: string
  parameters: string
  dpop_jkt: string | null
  expires_at: Date
  used_at: Date | null
  /** The key of a guest's device, which has signed the request to make an account. */
  device_jkt: string | null
}

// Form encoding of an address has nothing that a pattern reads but `.`, `+` and `*`.
function loginHintPattern(email: string): string {
  const encoded = new URLSearchParams({ login_hint: email.toLowerCase() }).toString().toLowerCase()
  return `(^|&)${encoded.replace(/[.+*]/g, '\\$&')}(&|$)`
}

export const PUSHED_REQUESTS: TableDeclaration<PushedRequests> = {
  purpose: 'Authorization requests that apps pushed ahead of the visit (RFC 9126).',
  lifetime: {
    // Which of its visits ends first is settled on this row. A minute is for a visit that was just beginning.
    until: 'a minute after it has expired and no visit of it can end any more',
    obsolete: sql`expires_at < auth_now() - interval '1 minute' and (used_at is not null or not exists (
      select from authorization_requests visit where visit.pushed_uri_hash = pushed_requests.uri_hash
      and visit.completed_at is null and visit.expires_at > auth_now()))`,
    indexed: true,
  },
  people: {
    exported: { nothing: 'It is what the app sent; once it is opened, the visit has the same.' },
    erased: {
      deleted: {
        words:
          'in which the app named an address of the person (`login_hint`), or which a device of theirs has signed; an ID token in one goes with its row',
        where: ({ personId, emails }) => sql`(lower(parameters) ~ any(${emails.map(loginHintPattern)})
          or device_jkt in (select jkt from device_keys where person_id = ${personId}))`,
      },
    },
  },
}

/** What a client pushed: the parameters in form encoding, without credentials, and the key that was proven, if one was. */
export interface PushedRequest {
  readonly parameters: string
  readonly dpopJkt: string | null
  /** The same key, where it is a guest's, who wants an account. */
  readonly deviceJkt: string | null
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
      device_jkt: row.deviceJkt,
      expires_at: secondsFromNow(row.ttlSeconds),
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
    .select(['parameters', 'dpop_jkt as dpopJkt', 'device_jkt as deviceJkt'])
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
