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
export function isByTime({ since, until }: Pick<EventFilter, 'since' | 'until'>): boolean {
  return since !== undefined || until !== undefined
}

/** The newest first. @param page `after` is the event that the page before ended with */
export async function listEvents(db: Db, filter: EventFilter, page: EventPage): Promise<readonly ListedEvent[]> {
  const about = await findAbout(db, filter)
  if (!about) return []
  const { rows } = await searchEvents(about, page).execute(db)
  return rows
}

/** The filter with applications by their own ids. */
export interface AboutFilter extends Omit<EventFilter, 'clientId' | 'byClientId'> {
  readonly applicationId: string | undefined
  readonly byApplicationId: string | undefined
}

/**
 * Before the search, so that PostgreSQL knows which application it is: one with few events is found by its index, one with
 * most of them by walking back. Undefined where nobody knows a client ID.
 */
export async function findAbout(
  db: Db,
  { clientId, byClientId, ...filter }: EventFilter,
): Promise<AboutFilter | undefined> {
  const asked = [clientId, byClientId].filter((id) => id !== undefined)
  const found = await listApplicationIds(db, asked)
  if (asked.some((clientId) => !found.has(clientId))) return undefined
  const idOf = (clientId: string | undefined) => (clientId === undefined ? undefined : found.get(clientId))
  return { ...filter, applicationId: idOf(clientId), byApplicationId: idOf(byClientId) }
}

async function listApplicationIds(db: Db, clientIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (clientIds.length === 0) return new Map()
  const { rows } = await sql<{ id: string; clientId: string }>`
    select id, client_id as "clientId" from applications where client_id = any(${clientIds})`.execute(db)
  return new Map(rows.map(({ clientId, id }) => [clientId, id]))
}

export interface EventPage {
  readonly after: EventCursor | undefined
  readonly limit: number
}

/**
 * The statement has the conditions that are asked for and no other, so that each search has a plan of its own, and an
 * order that an index has: an optional condition would keep prepared plans from any of them.
 */
export function searchEvents(filter: AboutFilter, { after, limit }: EventPage): RawBuilder<ListedEvent> {
  const { type, outcome, personId, applicationId, apiId, byApplicationId, since, until } = filter
  const conditions = [
    type !== undefined && sql`event.type = ${type}`,
    outcome !== undefined && sql`event.outcome = ${outcome}`,
    personId !== undefined && sql`event.person = (select pseudonym from people where id = ${personId})`,
    applicationId !== undefined && sql`event.application_id = ${applicationId}`,
    apiId !== undefined && sql`event.api_id = ${apiId}`,
    byApplicationId !== undefined && sql`event.actor_application_id = ${byApplicationId}`,
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
