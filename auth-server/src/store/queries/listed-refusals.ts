// Refused calls of an application as the management API tells them, the newest first.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { CallFacts } from '../tables/call-refusals.ts'

export interface ListedRefusal {
  readonly requestId: string
  readonly at: Date
  readonly apiId: string
  readonly plan: string
  readonly code: string
  readonly facts: CallFacts
}

/** The last one of the page before. */
export interface RefusalCursor {
  /** Seconds since 1970; gateways tell no fractions. */
  readonly at: number
  readonly requestId: string
}

/** A refusal, and whose it was. */
export interface LastRefusal extends ListedRefusal {
  readonly clientId: string
}

/** Of all applications. */
export async function lastRefusals(db: Db, limit: number): Promise<readonly LastRefusal[]> {
  const { rows } = await sql<LastRefusal>`
    select request_id as "requestId", at, api_id as "apiId", plan, code, facts, client_id as "clientId"
    from call_refusals join applications application on application.id = application_id
    order by at desc, request_id desc limit ${limit}`.execute(db)
  return rows
}

export async function listRefusals(
  db: Db,
  applicationId: string,
  {
    requestId,
    after,
    limit,
  }: Readonly<{ requestId: string | undefined; after: RefusalCursor | undefined; limit: number }>,
): Promise<readonly ListedRefusal[]> {
  const { rows } = await sql<ListedRefusal>`
    select request_id as "requestId", at, api_id as "apiId", plan, code, facts from call_refusals
    where application_id = ${applicationId} and (${requestId ?? null}::text is null or request_id = ${requestId ?? null})
      and (${after?.requestId ?? null}::text is null
           or (at, request_id) < (to_timestamp(${after?.at ?? 0}::float8), ${after?.requestId ?? null}))
    order by at desc, request_id desc limit ${limit}`.execute(db)
  return rows
}
