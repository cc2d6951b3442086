// People as those who administer them read them: one, or a page of a list in the order of their ids.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import { lockAccount } from '../lock-account.ts'
import { allOf, COUNTS_AS_MEMBER, IS_UNENDED, isOfStandingPerson } from '../sql.ts'
import type { StandardClaims } from '../standard-claims.ts'
import type { People } from '../tables/people.ts'
import { lockAdministrators } from '../tables/person-roles.ts'

export interface ListedPerson {
  readonly id: string
  readonly name: string | null
  /** Their primary address. */
  readonly email: string | null
  readonly isEmailVerified: boolean
  readonly language: string | null
  readonly claims: StandardClaims
  readonly groups: string[]
  readonly kind: People['kind']['__select__']
  readonly status: People['status']['__select__']
  readonly eraseAfter: Date | null
  readonly createdAt: Date
}

const COLUMNS = sql`
  person.id, person.name, person.kind, person.status, person.erase_after as "eraseAfter",
  person.created_at as "createdAt", person.language, person.standard_claims as claims, (
    select address from email_addresses email
    where email.person_id = person.id and email.is_primary and email.proof is not null) as email,
  -- Not as exists, which PostgreSQL would make a hash of every address for.
  coalesce((
    select email.proof = 'verified' from email_addresses email
    where email.person_id = person.id and email.is_primary and email.proof is not null), false) as "isEmailVerified",
  array(
    select distinct group_name from group_members member
    where member.person_id = person.id and ${COUNTS_AS_MEMBER} order by 1) as groups`

/** A page of a list: the keys after which it begins, and one row more than is told. */
export interface AfterKey {
  readonly after: string | undefined
  readonly limit: number
}

/** What a list of people is narrowed to; undefined: not by this. */
export interface PeopleFilter {
  /** The canonical form of an address (see identity/email.ts). */
  readonly emailKey: string | undefined
  /** How the name begins. */
  readonly name: string | undefined
  readonly status: string | undefined
  readonly kind: string | undefined
}

/** The statement has the conditions that are asked for and no other, so that each search has a plan of its own. */
export async function listPeople(
  db: Db,
  { emailKey, name, status, kind }: PeopleFilter,
  { after, limit }: AfterKey,
): Promise<readonly ListedPerson[]> {
  const conditions = [
    after !== undefined && sql`person.id > ${after}`,
    emailKey !== undefined &&
      sql`person.id in (select person_id from email_addresses where key = ${emailKey} and proof is not null)`,
    // Between these two are all names that begin so, in the order of the index.
    name !== undefined &&
      sql`lower(name) ~>=~ lower(${name}::text) and lower(name) ~<~ lower(${`${name}\u{10ffff}`}::text)`,
    status !== undefined && sql`status = ${status}`,
    // Said for the index, which leaves the active out: they are most people.
    status !== undefined && status !== 'active' && sql`status <> 'active'`,
    kind !== undefined && sql`kind = ${kind}`,
  ]
  const { rows } = await sql<ListedPerson>`
    select ${COLUMNS} from people person where ${allOf(conditions)} order by person.id limit ${limit}`.execute(db)
  return rows
}

/** One person; undefined where there is none of this id. */
export async function readPerson(db: Db, id: string): Promise<ListedPerson | undefined> {
  const { rows } = await sql<ListedPerson>`
    select ${COLUMNS} from people person where person.id = ${id}`.execute(db)
  return rows[0]
}

/** The same, for whoever is about to delete it: in the order in which every transaction locks. */
export async function lockPerson(trx: Trx, id: string): Promise<ListedPerson | undefined> {
  await lockAdministrators(trx)
  await lockAccount(trx, id)
  return readPerson(trx, id)
}

/** A login of a person in an app, as an administrator reads it. */
export interface ListedInstallation {
  readonly id: string
  readonly clientId: string
  readonly apiId: string
  readonly name: string | null
  readonly scopes: string[]
  readonly acr: string
  readonly createdAt: Date
  readonly usedAt: Date
}

/** Those that stand, in the order of their ids. */
export async function listInstallationsOf(
  db: Db,
  personId: string,
  { after, limit }: AfterKey,
): Promise<readonly ListedInstallation[]> {
  const { rows } = await sql<ListedInstallation>`
    select family.id, application.client_id as "clientId", family.api_id as "apiId", family.name, family.scopes,
           family.acr, family.created_at as "createdAt", family.used_at as "usedAt"
    from refresh_families family
    join people person on ${isOfStandingPerson('family')}
    join applications application on application.id = family.application_id
    where family.person_id = ${personId} and ${IS_UNENDED} and (${after ?? null}::text is null or family.id > ${after ?? null})
    order by family.id limit ${limit}`.execute(db)
  return rows
}

/** What a person has allowed an application to do with an API. */
export interface ListedConsent {
  readonly clientId: string
  readonly apiId: string
  readonly scopes: string[]
  readonly givenAt: Date
}

/** In the order of client IDs and APIs; `after` names both, with a space between. */
export async function listConsentsOf(
  db: Db,
  personId: string,
  { after, limit }: AfterKey,
): Promise<readonly ListedConsent[]> {
  const { rows } = await sql<ListedConsent>`
    select application.client_id as "clientId", consent.api_id as "apiId", consent.scopes,
           consent.given_at as "givenAt"
    from consents consent join applications application on application.id = consent.application_id
    where consent.person_id = ${personId}
      and (${after ?? null}::text is null or application.client_id || ' ' || consent.api_id > ${after ?? null})
    order by application.client_id || ' ' || consent.api_id limit ${limit}`.execute(db)
  return rows
}

/** Whose a login is, and in which application; undefined where none stands under this id. */
export async function findInstallationOwner(db: Db, id: string): Promise<Readonly<{ personId: string }> | undefined> {
  const { rows } = await sql<{ personId: string }>`
    select family.person_id as "personId" from refresh_families family
    where family.id = ${id} and ${IS_UNENDED}`.execute(db)
  return rows[0]
}
