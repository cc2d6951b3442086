// Accounts and the identities elsewhere that lead to them: made with one, linked to one, taken away again.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { UpstreamSubject } from '../tables/upstream-logins.ts'
import { type DeviceOfGuest, standingGuest } from './sign-up.ts'
import { requireWayIn, type WaysIn } from './ways-in.ts'

/** Takes an identity for a person, as part of a statement; no row where somebody has it. What was taken away is free. */
function takeIdentity({ issuer, subject }: UpstreamSubject) {
  return sql`
    on conflict (issuer, subject) do update set person_id = excluded.person_id, created_at = auth_now(), used_at = excluded.used_at, removed_at = null, sealed_token = excluded.sealed_token
    where identities.removed_at is not null and (identities.issuer, identities.subject) = (${issuer}, ${subject})`
}

/** Somebody who comes for the first time. */
export interface FederatedNewcomer extends UpstreamSubject {
  readonly id: string
  readonly name: string | undefined
  readonly language: string
  /** That the provider vouches for; none otherwise. */
  readonly email: Readonly<{ address: string; key: string }> | undefined
  /** Whose guest makes the account, and keeps their `sub`; `id` is not used then. */
  readonly guest: DeviceOfGuest | undefined
}

/** The identity was taken elsewhere in the same moment; undoes the transaction that it is thrown in. */
export class IdentityTakenMeanwhile extends Error {}

/**
 * Makes the account of an identity, in one statement; undefined when the address is somebody's already, or the guest who
 * makes it has ended. What the key of a guest could do ends with their epoch. The address comes first: imports (see
 * import-people.ts) take addresses before identities as well, so neither ever waits for the other in a circle.
 * @throws {IdentityTakenMeanwhile} so that no account is left without its identity
 * Whatever else was written down for the address counted for nothing, and goes on doing so.
 */
export async function signUpByIdentity(
  trx: Trx,
  { id, name, language, email, guest, ...identity }: FederatedNewcomer,
): Promise<Readonly<{ personId: string; authEpoch: number }> | undefined> {
  const { rows } = await sql<{ personId: string; authEpoch: number; hasIdentity: boolean }>`
    with asked as (${guest ? standingGuest(guest) : sql`select ${id}::text as id`}), address as (
      insert into email_addresses (person_id, key, address, proof, proven_at, is_primary)
      select id, ${email?.key ?? null}, ${email?.address ?? null}, 'verified', auth_now(), true
      from asked where ${email?.key ?? null}::text is not null
      on conflict (key) where proof is not null do nothing
      returning person_id
    ), newcomer as materialized (
      ${email ? sql`select person_id as id from address` : sql`select id from asked`}
    ), identity as (
      insert into identities (issuer, subject, person_id, used_at)
      select ${identity.issuer}, ${identity.subject}, newcomer.id, auth_now() from newcomer
      ${takeIdentity(identity)}
      returning person_id
    ), device as (
      update device_keys set account_since = auth_now() from newcomer where device_keys.jkt = ${guest?.deviceJkt ?? null}
    ), person as (
      ${
        guest
          ? sql`
      update people set kind = 'member', name = ${name ?? null}, language = ${language}, auth_epoch = auth_epoch + 1,
                        updated_at = auth_now()
      from newcomer where people.id = newcomer.id returning people.id, people.auth_epoch`
          : sql`
      insert into people (id, name, language) select id, ${name ?? null}, ${language} from newcomer
      returning id, auth_epoch`
      }
    )
    select id as "personId", auth_epoch as "authEpoch", exists (select from identity) as "hasIdentity" from person`.execute(
    trx,
  )
  const [made] = rows
  if (!made) return undefined
  const { hasIdentity, ...person } = made
  if (!hasIdentity) throw new IdentityTakenMeanwhile()
  return person
}

/**
 * Links an identity to an account; false when it is somebody's already. Nobody has signed in by it yet: what the provider
 * told of another one of theirs lives no longer by it.
 */
export async function linkIdentity(trx: Trx, identity: UpstreamSubject, personId: string): Promise<boolean> {
  const { rows } = await sql`
    insert into identities (issuer, subject, person_id, sealed_token)
    values (${identity.issuer}, ${identity.subject}, ${personId}, ${identity.sealedToken ?? null})
    ${takeIdentity(identity)}
    returning person_id`.execute(trx)
  return rows.length === 1
}

/**
 * Takes an identity away, within `unlessOnlyWay`; it can be brought back for 72 hours. False when it is not the person's.
 * What waits in a visit to be linked goes as well: it was proven before.
 */
export async function unlinkIdentity(trx: Trx, { issuer, subject }: UpstreamSubject, whose: WaysIn): Promise<boolean> {
  const { personId } = whose
  // In the order in which transactions lock these tables.
  await sql`
    delete from upstream_logins login using identities identity
    where login.issuer = ${issuer} and login.subject = ${subject} and identity.person_id = ${personId}
      and (identity.issuer, identity.subject) = (login.issuer, login.subject)`.execute(trx)
  await sql`select from people where id = ${personId} for update`.execute(trx)
  const { rows } = await sql`
    update identities set removed_at = auth_now()
    where person_id = ${personId} and issuer = ${issuer} and subject = ${subject} and removed_at is null
    returning issuer`.execute(trx)
  if (rows.length === 0) return false
  await requireWayIn(trx, whose)
  return true
}

/** Whose account an address is proven to lead to, whatever their status. */
export async function isAddressTaken(db: Db, emailKey: string): Promise<boolean> {
  const { rows } = await sql`select from email_addresses where key = ${emailKey} and proof is not null`.execute(db)
  return rows.length > 0
}
