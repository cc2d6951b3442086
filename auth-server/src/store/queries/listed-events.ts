// The audit log as those who may search it read it: the newest first, people under their pseudonyms.
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database.ts'
import { allOf } from '../sql.ts'
import type { AuditedChange } from '../tables/audit-events.ts'

export interface ListedEvent {
  readonly seq: string
  readonly at: Date
  readonly atMicros: string
  readonly type: string
  readonly outcome: string
  readonly person: string | null
  readonly clientId: string | null
  readonly apiId: string | null
  readonly actor: string | null
  readonly actorClientId: string | null
  readonly byCommand: boolean
  readonly change: AuditedChange | null
  readonly requestId: string | null
}

/** What the search is narrowed to; undefined: not by this. */
export interface EventFilter {
  readonly type: string | undefined
  readonly outcome: string | undefined
  readonly personId: string | undefined
  readonly clientId: string | undefined
  readonly apiId: string | undefined
  readonly byClientId: string | undefined
  readonly since: Date | undefined
  readonly until: Date | undefined
}

/** How a search goes on: after an event, and where it is by time, after the moment of that event. */
export interface EventCursor {
  readonly seq: string
  /** In microseconds, as the database counts. */
  readonly at: string | undefined
}

/** Whether a search is in the order of moments; else it is in that of numbers, which is nearly the same. */
export function isByTime({ since, until }: EventFilter): boolean {
  return since !== undefined || until !== undefined
}

/** The newest first. @param page `after` is the event that the page before ended with */
export async function listEvents(db: Db, filter: EventFilter, page: EventPage): Promise<readonly ListedEvent[]> {
  const { rows } = await searchEvents(filter, page).execute(db)
  return rows
}

export interface EventPage {
  readonly after: EventCursor | undefined
  readonly limit: number
}

/**
 * The statement has the conditions that are asked for and no other, so that each search has a plan of its own, and an
 * order that an index has: an optional condition would keep prepared plans from any of them.
 */
export function searchEvents(filter: EventFilter, { after, limit }: EventPage): RawBuilder<ListedEvent> {
  const { type, outcome, personId, clientId, apiId, byClientId, since, until } = filter
  const conditions = [
    type !== undefined && sql`event.type = ${type}`,
    outcome !== undefined && sql`event.outcome = ${outcome}`,
    personId !== undefined && sql`event.person = (select pseudonym from people where id = ${personId})`,
    clientId !== undefined && sql`event.application_id = (select id from applications where client_id = ${clientId})`,
    apiId !== undefined && sql`event.api_id = ${apiId}`,
    byClientId !== undefined &&
      sql`event.actor_application_id = (select id from applications where client_id = ${byClientId})`,
    since !== undefined && sql`event.at >= ${since}`,
    until !== undefined && sql`event.at < ${until}`,
    after !== undefined && isAfter(after),
  ]
  return sql<ListedEvent>`
    select event.seq, event.at, (extract(epoch from event.at) * 1000000)::bigint as "atMicros", event.type, event.outcome,
           event.person, event.api_id as "apiId", event.actor,
           event.by_command as "byCommand", event.change, event.request_id as "requestId",
           coalesce(about.client_id, event.application_id) as "clientId",
           coalesce(machine.client_id, event.actor_application_id) as "actorClientId"
    from audit_events event
    left join applications about on about.id = event.application_id
    left join applications machine on machine.id = event.actor_application_id
    where ${allOf(conditions)}
    order by ${isByTime(filter) ? sql`event.at desc, event.seq desc` : sql`event.seq desc`} limit ${limit}`
}

function isAfter({ at, seq }: EventCursor): RawBuilder<unknown> {
  if (at === undefined) return sql`event.seq < ${seq}::bigint`
  return sql`(event.at, event.seq) < (timestamptz 'epoch' + ${at}::bigint * interval '1 microsecond', ${seq}::bigint)`
}
