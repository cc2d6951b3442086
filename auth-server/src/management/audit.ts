// What the search of the audit log does. That somebody searched is an event itself.
import { record } from '../audit/record.ts'
import {
  type EventCursor,
  type EventFilter,
  isByTime,
  type ListedEvent,
  listEvents,
} from '../store/queries/listed-events.ts'
import type { HandlersOf } from './handler.ts'
import { readMoment } from './moment.ts'
import { readPage, toPage } from './page.ts'
import { invalid } from './refusals.ts'

function showEvent(event: ListedEvent) {
  const { change } = event
  return {
    id: event.seq,
    at: event.at.toISOString(),
    type: event.type,
    outcome: event.outcome,
    person: event.person,
    client_id: event.clientId,
    api_id: event.apiId,
    by: showActor(event),
    change: change && { before: [...change.before], after: [...change.after] },
    request_id: event.requestId,
  }
}

/** Null where it is the person's own doing, or nobody's. */
function showActor({ actor, actorClientId, byCommand }: ListedEvent) {
  if (actor !== null) return { kind: 'person', id: actor } as const
  if (actorClientId !== null) return { kind: 'client', id: actorClientId } as const
  return byCommand ? ({ kind: 'operator', id: null } as const) : null
}

/** @throws {HttpProblem} 400 where it is no cursor of this search */
function readAfter(after: string | undefined, filter: EventFilter): EventCursor | undefined {
  if (after === undefined) return undefined
  const [, at, seq] = /^(?:(\d{1,18})\.)?(\d{1,18})$/.exec(after) ?? []
  if (seq === undefined || isByTime(filter) !== (at !== undefined)) throw invalid('cursor')
  return { seq, at }
}

export const AUDIT_HANDLERS: HandlersOf<'audit'> = {
  'audit.list': {
    async read({ db, actor, input: { query } }) {
      const page = readPage(query)
      const filter = {
        type: query.type,
        outcome: query.outcome,
        personId: query.person_id,
        clientId: query.client_id,
        apiId: query.api_id,
        byClientId: query.by_client_id,
        since: readMoment('since', query.since),
        until: readMoment('until', query.until),
      }
      await record(db, { type: 'audit', outcome: 'searched' }, actor.authority.context)
      const { after, limit } = page.oneMore
      const found = await listEvents(db, filter, { after: readAfter(after, filter), limit })
      return toPage(page, found, ({ seq, atMicros }) => (isByTime(filter) ? `${atMicros}.${seq}` : seq), showEvent)
    },
  },
}
