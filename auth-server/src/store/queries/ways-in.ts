// The ways in which a person can sign in; whoever takes one away never takes the last.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import { IS_FACTOR_IN_FORCE } from '../sql.ts'

/** Undoes the transaction that it is thrown in. */
class NoWayLeft extends Error {}

/** Whose ways, and of which issuers identities count: of those that are configured. */
export interface WaysIn {
  readonly personId: string
  readonly issuers: readonly string[]
}

/** Takes a way away, with all that belongs to it, unless it is the only one: then nothing of it happens. */
export async function unlessOnlyWay<T>(db: Db, take: (trx: Trx) => Promise<T>): Promise<T | 'only way'> {
  try {
    return await db.transaction().execute(take)
  } catch (error) {
    if (error instanceof NoWayLeft) return 'only way'
    throw error
  }
}

/**
 * THE rule of what signs somebody in: a password that is in force, with an address to type, a passkey, or an identity. To
 * be asked after a way was taken away, by whoever has locked the row of the person, so that two that go at once wait for
 * each other.
 */
export async function requireWayIn(trx: Trx, { personId, issuers }: WaysIn): Promise<void> {
  const { rows } = await sql`
    select from people person where person.id = ${personId} and (
      (person.password_reset_required_at is null
        and exists (select from passwords where passwords.person_id = person.id)
        and exists (select from email_addresses email where email.person_id = person.id and email.proof is not null))
      or exists (select from authenticators factor
                 where factor.person_id = person.id and factor.kind = 'passkey' and ${IS_FACTOR_IN_FORCE})
      or exists (select from identities identity where identity.person_id = person.id
                 and identity.removed_at is null and identity.issuer = any(${[...issuers]}::text[])))`.execute(trx)
  if (rows.length === 0) throw new NoWayLeft()
}
