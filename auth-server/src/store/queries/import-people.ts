// People of another system as people of ours: a portion of a file in one statement.
import { sql } from 'kysely'
import type { Trx } from '../database.ts'
import type { StandardClaims } from '../standard-claims.ts'
import type { AddressProof } from '../tables/email-addresses.ts'
import type { People } from '../tables/people.ts'
import type { Answers } from '../tables/registrations.ts'

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
  readonly belongings?: ImportedBelongings
}

/** What comes along with them, as far as it is nobody else's. */
export interface ImportedBelongings {
  readonly addresses: readonly Readonly<{ key: string; address: string; proof: AddressProof }>[]
  /** By the word of the operator. */
  readonly groups: readonly string[]
  readonly identities: readonly Readonly<{ issuer: string; subject: string }>[]
  /** An authenticator app, with its sealed secret in base64. */
  readonly totp: Readonly<{ id: string; sealed: string }> | null
  readonly registrations: readonly Readonly<{ apiId: string; answers: Answers }>[]
}

/** What became of one: `there` is an account with the address, `id taken` one with the id, or there was one once. */
export interface Imported {
  readonly outcome: 'new' | 'there' | 'id taken'
  /** How much of what comes along did. */
  readonly came: Readonly<Record<'addresses' | 'groups' | 'identities' | 'registrations', number>>
}

const CAME = Object.entries({
  addresses: 'more_addresses',
  groups: 'grouped',
  identities: 'linked',
  registrations: 'registered',
}).map(([name, table]) => sql`${sql.lit(name)}, (select count(*) from ${sql.table(table)} where person_id = given.id)`)

/**
 * Makes those who are not there yet, each with an event for the audit log; what is there stays as it is. Of several with
 * one address in a portion the first of the index's order counts.
 * @param people whose ids are all different
 * @param isByCommand otherwise the caller tells the audit log who did it
 */
export async function insertImported(
  trx: Trx,
  people: readonly ImportedPerson[],
  { isByCommand = true }: Readonly<{ isByCommand?: boolean }> = {},
): Promise<ReadonlyMap<string, Imported>> {
  // Two at once wait for each other: each takes addresses in an order of its own.
  await sql`select pg_advisory_xact_lock(hashtext('import of people'))`.execute(trx)
  const { rows } = await sql<Imported & { id: string }>`
    with given as materialized (
      select given.*, exists (select from email_addresses taken where taken.key = given."emailKey" and taken.proof is not null)
               as is_there,
             exists (select from people where people.id = given.id)
               or exists (select from retired_subjects where id_hash = sha256(convert_to(given.id, 'UTF8'))) as is_taken
      from jsonb_to_recordset(${JSON.stringify(people)}::jsonb) as given(
        id text, email text, "emailKey" text, proof text, name text, language text, claims jsonb, status text,
        hash text, "pepperId" text, belongings jsonb)
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
    ), whole as (
      select given.id, given.belongings from given join address on person_id = id where belongings is not null
    ), more_addresses as (
      insert into email_addresses (person_id, key, address, proof, proven_at)
      select whole.id, more.key, more.address, more.proof, auth_now()
      from whole, jsonb_to_recordset(belongings->'addresses') as more(key text, address text, proof text)
      -- Sorted: all main addresses are there by then.
      order by more.key, whole.id
      on conflict do nothing returning person_id
    ), linked as (
      insert into identities (issuer, subject, person_id)
      select more.issuer, more.subject, whole.id
      -- After all addresses, as in a sign-up (federation.ts): neither waits for the other in a circle.
      from (select count(*) from more_addresses) addresses_are_there,
           whole, jsonb_to_recordset(belongings->'identities') as more(issuer text, subject text) order by 1, 2, 3
      on conflict do nothing returning person_id
    ), grouped as (
      insert into group_members (person_id, group_name)
      select whole.id, known.name from whole, jsonb_array_elements_text(belongings->'groups') as more
        join groups known on known.name = more
      on conflict do nothing returning person_id
    ), factor as (
      insert into authenticators (id, person_id, kind, key, confirmed_at)
      select belongings->'totp'->>'id', whole.id, 'totp', decode(belongings->'totp'->>'sealed', 'base64'), auth_now()
      from whole where belongings->'totp'->>'id' is not null
    ), registered as (
      insert into registrations (person_id, api_id, answers)
      select whole.id, api.id, more.answers
      from whole, jsonb_to_recordset(belongings->'registrations') as more("apiId" text, answers jsonb)
        join apis api on api.id = more."apiId"
      on conflict do nothing returning person_id
    ), event as (
      insert into audit_events (type, outcome, person, by_command) select 'account', 'imported', pseudonym, true from person
      where ${isByCommand}
    )
    select given.id, case when person.id is not null then 'new' when given.is_taken and not given.is_there then 'id taken'
                          else 'there' end as outcome,
           jsonb_build_object(${sql.join(CAME)}) as came
    from given left join person on person.id = given.id`.execute(trx)
  return new Map(rows.map(({ id, ...became }) => [id, became]))
}
