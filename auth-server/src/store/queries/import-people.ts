// People of another system as people of ours: a portion of a file in one statement.
import { sql } from 'kysely'
import type { Trx } from '../database.ts'
import type { StandardClaims } from '../standard-claims.ts'
import type { AddressProof } from '../tables/email-addresses.ts'
import type { People } from '../tables/people.ts'

/** A person as they are imported. */
export interface ImportedPerson {
  readonly id: string
  readonly email: string
  readonly emailKey: string
  readonly proof: AddressProof
  readonly name: string | null
  readonly language: string | null
  readonly claims: StandardClaims
  readonly status: People['status']['__select__']
  readonly hash: string | null
  readonly pepperId: string | null
}

/** What became of one: `there` is an account with the address, `id taken` one with the id, or there was one once. */
export type Imported = 'new' | 'there' | 'id taken'

/**
 * Makes those who are not there yet, each with an event for the audit log; what is there stays as it is. Of several with
 * one address in a portion the first of the index's order counts.
 * @param people whose ids are all different
 */
export async function insertImported(
  trx: Trx,
  people: readonly ImportedPerson[],
): Promise<ReadonlyMap<string, Imported>> {
  const { rows } = await sql<{ id: string; outcome: Imported }>`
    with given as materialized (
      select given.*, exists (select from email_addresses taken where taken.key = given."emailKey" and taken.proof is not null)
               as is_there,
             exists (select from people where people.id = given.id)
               or exists (select from retired_subjects where id_hash = sha256(convert_to(given.id, 'UTF8'))) as is_taken
      from jsonb_to_recordset(${JSON.stringify(people)}::jsonb) as given(
        id text, email text, "emailKey" text, proof text, name text, language text, claims jsonb, status text,
        hash text, "pepperId" text)
    ), address as (
      insert into email_addresses (person_id, key, address, proof, proven_at, is_primary)
      select id, "emailKey", email, proof, auth_now(), true from given where not is_there and not is_taken
      order by "emailKey", id
      on conflict (key) where proof is not null do nothing
      returning person_id
    ), password as (
      insert into passwords (person_id, hash, pepper_id)
      select id, hash, "pepperId" from given join address on person_id = id where hash is not null
    ), person as (
      insert into people (id, name, language, standard_claims, status)
      select id, name, language, claims, status from given join address on person_id = id
      returning id, pseudonym
    ), event as (
      insert into audit_events (type, outcome, person, by_command) select 'account', 'imported', pseudonym, true from person
    )
    select given.id, case when person.id is not null then 'new' when given.is_taken and not given.is_there then 'id taken'
                          else 'there' end as outcome
    from given left join person on person.id = given.id`.execute(trx)
  return new Map(rows.map(({ id, outcome }) => [id, outcome]))
}
