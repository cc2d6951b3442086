// Registrations of people with APIs: their answers to the form of each.
import type { RegistrationForm } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import { type ColumnType, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'

/** By the name of the field; of what stands in the profile, only that it was answered. */
export type Answers = Readonly<Record<string, string | number | boolean | readonly string[]>>

export interface Registrations {
  person_id: string
  api_id: string
  answers: ColumnType<Answers, string, string>
  created_at: Defaulted<Date>
  changed_at: Defaulted<Date>
}

export const REGISTRATIONS: TableDeclaration<Registrations> = {
  purpose:
    'What people have answered to the registration form of an API, and to which version of its terms they agreed.',
  lifetime: { kept: 'Until the person withdraws it, or the form loses the field; goes with the person or the API.' },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        person_id: 'owner',
        api_id: 'exported',
        answers: 'exported',
        created_at: 'exported',
        changed_at: 'exported',
      },
    },
    erased: { cascade: 'people' },
  },
}

interface Key {
  readonly personId: string
  readonly apiId: string
}

/** A form, and what somebody has answered to it; null while they have not been asked. */
export interface AskedForm {
  readonly apiId: string
  readonly apiName: string
  readonly form: RegistrationForm
  readonly answers: Answers | null
}

/** The form of an API; undefined where it has none. */
export async function findRegistration(db: Db, { personId, apiId }: Key): Promise<AskedForm | undefined> {
  const { rows } = await sql<AskedForm>`
    select api.id as "apiId", api.name as "apiName", api.registration as form, registration.answers
    from apis api left join registrations registration
      on registration.api_id = api.id and registration.person_id = ${personId}
    where api.id = ${apiId} and api.registration is not null`.execute(db)
  return rows[0]
}

/** All forms, by their API. */
export async function listForms(db: Db): Promise<ReadonlyMap<string, RegistrationForm>> {
  const { rows } = await sql<{ id: string; form: RegistrationForm }>`
    select id, registration as form from apis where registration is not null`.execute(db)
  return new Map(rows.map(({ id, form }) => [id, form]))
}

/** What somebody has answered to an API, which may have no form any more. */
export interface AnsweredForm {
  readonly apiId: string
  readonly apiName: string
  readonly form: RegistrationForm | null
  readonly answers: Answers
}

const ANSWERED = sql`
  select api.id as "apiId", api.name as "apiName", api.registration as form, registration.answers
  from registrations registration join apis api on api.id = registration.api_id`

/** All that a person has answered, by the names of the APIs. */
export async function listRegistrations(db: Db, personId: string): Promise<readonly AnsweredForm[]> {
  const { rows } = await sql<AnsweredForm>`
    ${ANSWERED} where registration.person_id = ${personId} order by api.name, api.id`.execute(db)
  return rows
}

/** What a person has answered to one API; undefined where that is nothing. */
export async function findAnswered(db: Db, { personId, apiId }: Key): Promise<AnsweredForm | undefined> {
  const { rows } = await sql<AnsweredForm>`
    ${ANSWERED} where registration.person_id = ${personId} and registration.api_id = ${apiId}`.execute(db)
  return rows[0]
}

/** Adds to what was answered before; undefined takes an answer away. What the form has lost goes with it. */
export async function keepAnswers(
  trx: Trx,
  { personId, apiId }: Key,
  answers: Readonly<Record<string, unknown>>,
): Promise<void> {
  const names = Object.keys(answers)
  const kept = JSON.stringify(answers)
  await sql`
    insert into registrations (person_id, api_id, answers) values (${personId}, ${apiId}, ${kept}::jsonb)
    on conflict (person_id, api_id) do update
    set changed_at = auth_now(), answers = (
      select coalesce(jsonb_object_agg(name, value), '{}')
      from jsonb_each((registrations.answers - ${names}::text[]) || ${kept}::jsonb) answer (name, value)
      where name in (select field->>'name' from apis api, jsonb_array_elements(api.registration->'fields') field
                     where api.id = ${apiId}))`.execute(trx)
}

/** False when there was nothing to remove. */
export async function removeRegistration(trx: Trx, { personId, apiId }: Key): Promise<boolean> {
  const result = await trx
    .deleteFrom('registrations')
    .where('person_id', '=', personId)
    .where('api_id', '=', apiId)
    .executeTakeFirst()
  return result.numDeletedRows === 1n
}
