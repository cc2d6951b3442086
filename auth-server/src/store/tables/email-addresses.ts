// The addresses of people: any number each, of which only the proven ones count.
import { sql } from 'kysely'
import { REMOVED_WHILE_UNDOABLE } from '../account-change.ts'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import { ENDING_PURPOSES } from '../mail-purpose.ts'

/** What stands behind an address. */
export type AddressProof = 'assigned' | 'verified' | 'imported'

export interface EmailAddresses {
  person_id: string
  /** The canonical form (see identity/email.ts); of the proven ones nobody else has the same. */
  key: string
  address: string
  /**
   * `assigned` by the operator, or `verified` by the person, which alone apps hear of (`email_verified`). `imported`
   * with an account of another system: it signs in, and is no proof of whose it is, so that nothing which is promised to
   * an address or open to its domain is theirs. Without any the address signs nobody in, and keeps nobody else from having it.
   */
  proof: AddressProof | null
  proven_at: Date | null
  /** The one that apps and pages are told. */
  is_primary: Defaulted<boolean>
  created_at: Defaulted<Date>
  /** Taken away, or set aside after "that wasn't me"; it has no proof then, and can get it back for a while. */
  removed_at: Date | null
  suspended_at: Date | null
  /** Of one that was set aside: what stood behind it until then. */
  proof_before: AddressProof | null
}

export const EMAIL_ADDRESSES: TableDeclaration<EmailAddresses> = {
  purpose: 'The e-mail addresses by which people sign in and are written to.',
  lifetime: REMOVED_WHILE_UNDOABLE,
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        person_id: 'owner',
        key: 'repeated',
        address: 'exported',
        proof: 'exported',
        proven_at: 'exported',
        is_primary: 'exported',
        created_at: 'exported',
        removed_at: 'exported',
        suspended_at: 'exported',
        proof_before: 'exported',
      },
    },
    erased: { cascade: 'people' },
  },
}

/** An address as its person sees it. */
export interface OwnAddress {
  readonly key: string
  readonly address: string
  /** Null until it is proven; so is the time. */
  readonly proof: AddressProof | null
  readonly provenAt: Date | null
  readonly isPrimary: boolean
  readonly createdAt: Date
}

/** The addresses of a person, but for those that were taken away or set aside; the primary one first. */
export async function listAddresses(db: Db, personId: string): Promise<readonly OwnAddress[]> {
  return db
    .selectFrom('email_addresses')
    .where('person_id', '=', personId)
    .where('removed_at', 'is', null)
    .where('suspended_at', 'is', null)
    .orderBy('is_primary', 'desc')
    .orderBy('created_at')
    .orderBy('key')
    .select(['key', 'address', 'proof', 'proven_at as provenAt', 'is_primary as isPrimary', 'created_at as createdAt'])
    .execute()
}

interface WhichAddress {
  readonly personId: string
  readonly key: string
}

// Changes of one person's addresses wait for each other, and apps learn of them by `updated_at`.
async function touchPerson(trx: Trx, personId: string): Promise<void> {
  await sql`update people set updated_at = auth_now() where id = ${personId}`.execute(trx)
}

// Whatever was mailed before proves something about addresses as they were.
async function endPendingProofs(trx: Trx, personId: string): Promise<void> {
  await sql`
    update mail_challenges set consumed_at = auth_now()
    where person_id = ${personId} and consumed_at is null and purpose = any(${[...ENDING_PURPOSES]})`.execute(trx)
}

/** Makes a proven address the one that apps and pages are told. False when it is not the person's, not proven, or was it already. */
export async function makePrimary(trx: Trx, { personId, key }: WhichAddress): Promise<boolean> {
  await touchPerson(trx, personId)
  const { rows } = await sql`
    select from email_addresses
    where person_id = ${personId} and key = ${key} and proof is not null and not is_primary`.execute(trx)
  if (rows.length === 0) return false
  // One after the other: an index sees to it that there is never more than one.
  await sql`update email_addresses set is_primary = false where person_id = ${personId} and is_primary`.execute(trx)
  await sql`update email_addresses set is_primary = true where person_id = ${personId} and key = ${key}`.execute(trx)
  await endPendingProofs(trx, personId)
  return true
}

/**
 * Takes an address away; it can be brought back for 72 hours. The primary one stays, so that nobody is left without an
 * address to sign in with and be written to. False when it is that, or not the person's.
 */
export async function removeAddress(trx: Trx, { personId, key }: WhichAddress): Promise<boolean> {
  await touchPerson(trx, personId)
  const { rows } = await sql`
    update email_addresses set proof = null, proven_at = null, removed_at = auth_now()
    where person_id = ${personId} and key = ${key} and not is_primary and removed_at is null and suspended_at is null
    returning key`.execute(trx)
  if (rows.length === 0) return false
  await endPendingProofs(trx, personId)
  return true
}
