// Registrations as those who administer them read them: one with its answers, or a page of a list without.
import type { RegistrationForm } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import { allOf } from '../sql.ts'
import type { StandardClaims } from '../standard-claims.ts'
import type { Answers } from '../tables/registrations.ts'
import type { AfterKey } from './listed-people.ts'

export interface ListedRegistration {
  readonly apiId: string
  readonly personId: string
  readonly termsVersion: string | null
  readonly createdAt: Date
  readonly changedAt: Date
}

/** With what the answers are told by. */
export type ReadRegistration = ListedRegistration &
  Readonly<{ form: RegistrationForm | null; answers: Answers; claims: StandardClaims }>

const TERMS_VERSION = sql`(
  select registration.answers->>(field->>'name') from jsonb_array_elements(api.registration->'fields') field
  where field->>'type' = 'terms' and registration.answers ? (field->>'name') limit 1)`

const COLUMNS = sql`
  registration.api_id as "apiId", registration.person_id as "personId", ${TERMS_VERSION} as "termsVersion",
  registration.created_at as "createdAt", registration.changed_at as "changedAt"`

/** What a list is narrowed to; undefined: not by this. */
export interface RegistrationFilter {
  readonly apiId: string | undefined
  readonly personId: string | undefined
  readonly termsVersion: string | undefined
}

/** The statement has the conditions that are asked for and no other. In the order of people and APIs; `after` names both, with a space between. */
export async function listRegistrationsPage(
  db: Db,
  { apiId, personId, termsVersion }: RegistrationFilter,
  { after, limit }: AfterKey,
): Promise<readonly ListedRegistration[]> {
  const [afterPerson, afterApi = ''] = after?.split(' ') ?? []
  const conditions = [
    afterPerson !== undefined && sql`(registration.person_id, registration.api_id) > (${afterPerson}, ${afterApi})`,
    apiId !== undefined && sql`registration.api_id = ${apiId}`,
    personId !== undefined && sql`registration.person_id = ${personId}`,
    termsVersion !== undefined &&
      sql`exists (
        select from jsonb_array_elements(api.registration->'fields') field
        where field->>'type' = 'terms' and registration.answers->>(field->>'name') = ${termsVersion})`,
  ]
  const { rows } = await sql<ListedRegistration>`
    select ${COLUMNS} from registrations registration join apis api on api.id = registration.api_id
    where ${allOf(conditions)} order by registration.person_id, registration.api_id limit ${limit}`.execute(db)
  return rows
}

/** Undefined where nothing was answered. */
export async function readRegistration(
  db: Db,
  { apiId, personId }: Readonly<{ apiId: string; personId: string }>,
): Promise<ReadRegistration | undefined> {
  const { rows } = await sql<ReadRegistration>`
    select ${COLUMNS}, api.registration as form, registration.answers, person.standard_claims as claims
    from registrations registration join apis api on api.id = registration.api_id
    join people person on person.id = registration.person_id
    where registration.api_id = ${apiId} and registration.person_id = ${personId}`.execute(db)
  return rows[0]
}
