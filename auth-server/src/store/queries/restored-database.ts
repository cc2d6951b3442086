// A database that was restored from a backup: what was under way in it ends, and who was deleted since is found again.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'

/** What was ended. */
export interface EndedWithRestore {
  readonly logins: number
  readonly sessions: number
}

/**
 * Ends every login, session and visit, and takes back every link and code that a mail or a terminal has told, in one
 * statement: whichever of them was used or ended since the backup would count again.
 */
export async function endAllLogins(trx: Trx): Promise<EndedWithRestore> {
  const { rows } = await sql<EndedWithRestore>`
    with families as (
      update refresh_families set revoked_at = auth_now(), revoked_because = 'the database was restored'
      where revoked_at is null returning 1),
    ended as (delete from sessions returning 1),
    portal as (delete from portal_sessions),
    codes as (delete from authorization_codes),
    visits as (delete from authorization_requests),
    pushed as (delete from pushed_requests),
    upstream as (delete from upstream_logins),
    mails as (delete from mail_challenges),
    setup as (delete from setup_links)
    select (select count(*) from families)::int as logins, (select count(*) from ended)::int as sessions`.execute(trx)
  const [ended] = rows
  if (!ended) throw new Error('a statement with counts alone has one row')
  return ended
}

/** Who of them is in the database. @param pseudonyms as the audit log names people */
export async function findByPseudonyms(db: Db, pseudonyms: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from people where pseudonym = any(${[...pseudonyms]}::uuid[])`.execute(db)
  return rows.map(({ id }) => id)
}
