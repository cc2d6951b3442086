// Whoever asks to come to an API, as administrators see them: with name and main address.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import { type NamedPerson, namedPerson } from '../sql.ts'
import { IS_WAITING } from '../tables/membership-requests.ts'

/** A request that waits for a decision. */
export interface ListedRequest {
  readonly id: string
  readonly apiId: string
  readonly apiName: string
  readonly personId: string
  readonly person: NamedPerson
  readonly reason: string | null
  readonly createdAt: Date
}

const REQUESTS = sql`
  select request.id, request.api_id as "apiId", api.name as "apiName", request.person_id as "personId",
         ${namedPerson(sql`request.person_id`)} as person, request.reason, request.created_at as "createdAt"
  from membership_requests request
  join apis api on api.id = request.api_id
  join people person on person.id = request.person_id and person.status = 'active'
  where ${IS_WAITING}`

/** Of an API, or of all: in the order of their ids. */
export async function listRequests(
  db: Db,
  apiId: string | undefined,
  { after, limit }: Readonly<{ after: string | undefined; limit: number }>,
): Promise<readonly ListedRequest[]> {
  const { rows } = await sql<ListedRequest>`
    ${REQUESTS} and (${apiId ?? null}::text is null or request.api_id = ${apiId ?? null})
      and (${after ?? null}::text is null or request.id > ${after ?? null})
    order by request.id limit ${limit}`.execute(db)
  return rows
}

/** Undefined where it does not wait (any more). */
export async function findRequest(db: Db, id: string): Promise<ListedRequest | undefined> {
  const { rows } = await sql<ListedRequest>`${REQUESTS} and request.id = ${id}`.execute(db)
  return rows[0]
}

/** How many ask to come to an API. */
export interface CountedRequests {
  readonly apiId: string
  readonly apiName: string
  readonly waiting: number
}

/** Of those that somebody asks to come to, by their names. */
export async function countRequests(db: Db): Promise<readonly CountedRequests[]> {
  const { rows } = await sql<CountedRequests>`
    select "apiId", "apiName", count(*)::int as waiting from (${REQUESTS}) asked
    group by 1, 2 order by 2, 1`.execute(db)
  return rows
}
