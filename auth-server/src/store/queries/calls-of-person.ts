// How often an app called which API for a person, as gateways told: for the person.
import { sql } from 'kysely'
import type { Db } from '../database.ts'

/** Calls at one API in the last 30 days; that many days are kept. */
export interface CallsOfPerson {
  readonly apiName: string
  readonly accepted: number
  readonly refused: number
}

/** By the names of the APIs. */
export async function listCallsOfPerson(
  db: Db,
  { personId, applicationId }: Readonly<{ personId: string; applicationId: string }>,
): Promise<readonly CallsOfPerson[]> {
  const { rows } = await sql<CallsOfPerson>`
    select api.name as "apiName", sum(usage.accepted)::float8 as accepted, sum(usage.refused)::float8 as refused
    from usage_of_people usage join apis api on api.id = usage.api_id
    where usage.person_id = ${personId} and usage.application_id = ${applicationId}
    group by api.id order by api.name`.execute(db)
  return rows
}
