// Signing up: an address that has just been proven becomes an account with a password, once.
import { type RawBuilder, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import { IS_STANDING_GUEST } from '../tables/device-keys.ts'
import type { StoredPassword } from '../tables/passwords.ts'
import { consumeProof, type ProvenAddress } from './address-proofs.ts'

/** A person who signs up. */
export interface Newcomer {
  readonly id: string
  readonly name: string | undefined
  readonly language: string
  readonly password: StoredPassword
}

/**
 * Uses up the proof and makes the account, in one statement; undefined when the proof is of no use any more, or somebody
 * else has made an account of the address meanwhile.
 */
export async function signUp(
  trx: Trx,
  proof: ProvenAddress,
  { id, name, language, password }: Newcomer,
): Promise<Readonly<{ personId: string; authEpoch: number }> | undefined> {
  const { rows } = await sql<{ personId: string; authEpoch: number }>`
    with ${consumeProof(proof, 'sign-up')}, address as (
      insert into email_addresses (person_id, key, address, proof, proven_at, is_primary)
      select ${id}, email_key, address, 'verified', auth_now(), true from proof
      on conflict (key) where proof is not null do nothing
      returning person_id
    ), password as (
      insert into passwords (person_id, hash, pepper_id)
      select person_id, ${password.hash}, ${password.pepperId} from address
    )
    insert into people (id, name, language) select person_id, ${name ?? null}, ${language} from address
    returning id as "personId", auth_epoch as "authEpoch"`.execute(trx)
  return rows[0]
}

/** The guest of a device, held as long as they can still become an account. Part of a statement. */
export function standingGuest({ deviceJkt, applicationId }: DeviceOfGuest): RawBuilder<unknown> {
  return sql`
    select person.id from device_keys device, people person
    where device.jkt = ${deviceJkt} and device.application_id = ${applicationId} and ${IS_STANDING_GUEST}
    for no key update of person`
}

/** The key of a guest's device, and the app that knows them by it. */
export interface DeviceOfGuest {
  readonly deviceJkt: string
  readonly applicationId: string
}

/** A guest who signs up, by the key of their device, in a visit of the app that knows them by it. */
export type GuestSigningUp = Omit<Newcomer, 'id'> & DeviceOfGuest

/** Who would make an account, as far as that decides whether there will be one. */
export interface WouldBe {
  /** That is proven; none where a provider vouches for none. */
  readonly emailKey: string | undefined
  /** Whose guest it would be. */
  readonly guest: DeviceOfGuest | undefined
  /** Nobody makes one by themselves. */
  readonly needsInvitation: boolean
}

/** Whether a sign-up would make an account right now; it looks again itself. */
export async function wouldSignUp(db: Db, { emailKey = '', guest, needsInvitation }: WouldBe): Promise<boolean> {
  const { rows } = await sql`
    select where not exists (select from email_addresses where key = ${emailKey} and proof is not null)
      and (not ${needsInvitation}::boolean
           or exists (select from invitations where email_key = ${emailKey} and expires_at > auth_now()))
      ${
        guest
          ? sql`
      and exists (select from device_keys device, people person
                  where device.jkt = ${guest.deviceJkt} and device.application_id = ${guest.applicationId}
                    and ${IS_STANDING_GUEST})`
          : sql``
      }`.execute(db)
  return rows.length === 1
}

/**
 * The same for a guest, who keeps their `sub`. Everything that the key could do ends with their epoch, and gateways hear of
 * it (a trigger sees to that). Of several sign-ups of one guest the person's row lets one through.
 */
export async function signUpGuest(
  trx: Trx,
  proof: ProvenAddress,
  { deviceJkt, applicationId, name, language, password }: GuestSigningUp,
): Promise<Readonly<{ personId: string; authEpoch: number }> | undefined> {
  const { rows } = await sql<{ personId: string; authEpoch: number }>`
    with guest as (${standingGuest({ deviceJkt, applicationId })}), ${consumeProof(proof, 'sign-up')}, address as (
      insert into email_addresses (person_id, key, address, proof, proven_at, is_primary)
      select guest.id, email_key, address, 'verified', auth_now(), true from proof, guest
      on conflict (key) where proof is not null do nothing
      returning person_id
    ), password as (
      insert into passwords (person_id, hash, pepper_id)
      select person_id, ${password.hash}, ${password.pepperId} from address
    ), device as (
      update device_keys set account_since = auth_now() from address where device_keys.jkt = ${deviceJkt}
    )
    update people set kind = 'member', name = ${name ?? null}, language = ${language}, auth_epoch = auth_epoch + 1,
                      updated_at = auth_now()
    from address where people.id = address.person_id
    returning people.id as "personId", auth_epoch as "authEpoch"`.execute(trx)
  return rows[0]
}
