// The audit log as those who may search it read it: the newest first, people under their pseudonyms.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { AuditedChange } from '../tables/audit-events.ts'
import type { AfterKey } from './listed-people.ts'

export interface ListedEvent {
  readonly seq: string
  readonly at: Date
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

/** @param page `after` is the number of the event that the page before ended with */
export async function listEvents(
  db: Db,
  filter: EventFilter,
  { after, limit }: AfterKey,
): Promise<readonly ListedEvent[]> {
  const { type, outcome, personId, clientId, apiId, byClientId, since, until } = filter
  const { rows } = await sql<ListedEvent>`
    select event.seq, event.at, event.type, event.outcome, event.person, event.api_id as "apiId", event.actor,
           event.by_command as "byCommand", event.change, event.request_id as "requestId",
           coalesce(about.client_id, event.application_id) as "clientId",
           coalesce(machine.client_id, event.actor_application_id) as "actorClientId"
    from audit_events event
    left join applications about on about.id = event.application_id
    left join applications machine on machine.id = event.actor_application_id
    where (${after ?? null}::bigint is null or event.seq < ${after ?? null}::bigint)
      and (${type ?? null}::text is null or event.type = ${type ?? null})
      and (${outcome ?? null}::text is null or event.outcome = ${outcome ?? null})
      and (${personId ?? null}::text is null
           or event.person = (select pseudonym from people where id = ${personId ?? null}))
      and (${clientId ?? null}::text is null or about.client_id = ${clientId ?? null})
      and (${apiId ?? null}::text is null or event.api_id = ${apiId ?? null})
      and (${byClientId ?? null}::text is null or machine.client_id = ${byClientId ?? null})
      and (${since ?? null}::timestamptz is null or event.at >= ${since ?? null})
      and (${until ?? null}::timestamptz is null or event.at < ${until ?? null})
    order by event.seq desc limit ${limit}`.execute(db)
  return rows
}
