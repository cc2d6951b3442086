// Links by which somebody becomes the first administrator: of each only a hash of its secret is kept.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import { secondsFromNow } from '../sql.ts'

export interface SetupLinks {
  id: string
  secret_hash: string
  created_at: Defaulted<Date>
  expires_at: Date
  consumed_at: Date | null
}

export const SETUP_LINKS: TableDeclaration<SetupLinks> = {
  purpose: 'The link by which somebody becomes the first administrator.',
  lifetime: { until: 'it expires', obsolete: sql`expires_at < auth_now()`, indexed: true },
  people: { nobody: 'A link is for whoever opens it; who became an administrator stands in `person_roles`.' },
}

/** A link as it is stored. */
export interface StoredSetupLink {
  readonly id: string
  readonly secretHash: string
}

/** Stores a link in the place of every one before, so that one at most is good for anything. */
export async function replaceSetupLinks(trx: Trx, { id, secretHash }: StoredSetupLink, seconds: number): Promise<void> {
  await trx.deleteFrom('setup_links').where('consumed_at', 'is', null).execute()
  await trx
    .insertInto('setup_links')
    .values({ id, secret_hash: secretHash, expires_at: secondsFromNow(seconds) })
    .execute()
}

/** Whether a link is good for something now; undefined when there is none like it. It changes nothing. */
export async function findSetupLink(
  db: Db,
  { id, secretHash }: StoredSetupLink,
): Promise<Readonly<{ isOpen: boolean }> | undefined> {
  const { rows } = await sql<{ isOpen: boolean }>`
    select consumed_at is null and expires_at > auth_now() as "isOpen" from setup_links
    where id = ${id} and secret_hash = ${secretHash}`.execute(db)
  return rows[0]
}

/** Uses a link up; false when it was, has expired, or never was one. The row settles the race. */
export async function consumeSetupLink(trx: Trx, { id, secretHash }: StoredSetupLink): Promise<boolean> {
  const { rows } = await sql`
    update setup_links set consumed_at = auth_now()
    where id = ${id} and secret_hash = ${secretHash} and consumed_at is null and expires_at > auth_now()
    returning id`.execute(trx)
  return rows.length === 1
}
