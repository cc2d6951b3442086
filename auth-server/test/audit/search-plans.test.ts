// Searches of the audit log read about what they answer with, however long the log is.
import { sql } from 'kysely'
import t from 'tap'
import {
  type EventFilter,
  type EventPage,
  findAbout,
  listEvents,
  searchEvents,
} from '../../src/store/queries/listed-events.ts'
import { testServer } from '../support/server.ts'

const { db, personId } = await testServer(t)
const EVENTS = 60_000

function moment(number: number): Date {
  return new Date(Date.UTC(2026, 0, 1) + number * 1000)
}

const { id: applicationId, client_id: clientId } = await db
  .selectFrom('applications')
  .select(['id', 'client_id'])
  .executeTakeFirstOrThrow()

// One a second. What is searched for is rare and long past: where a plan walks back from the newest, it finds it last.
await sql`
  insert into audit_events (at, type, outcome, person, application_id, api_id, actor_application_id)
  select ${moment(0)}::timestamptz + number * interval '1 second',
         case when number < 60 then 'key' else 'sign-in' end, 'succeeded',
         case when number < 60 then (select pseudonym from people where id = ${personId}) end,
         case when number < 60 then ${applicationId} end, case when number < 60 then 'orders-api' end,
         case when number < 60 then ${applicationId} end
  from generate_series(0, ${EVENTS}::int - 1) number`.execute(db)
await sql`vacuum analyze audit_events`.execute(db)

const NOTHING: EventFilter = {
  type: undefined,
  outcome: undefined,
  personId: undefined,
  clientId: undefined,
  apiId: undefined,
  byClientId: undefined,
  since: undefined,
  until: undefined,
}

/** How many pages of the database a search touches; the whole log has several hundred. */
async function pagesRead(filter: EventFilter, page: EventPage): Promise<number> {
  const about = await findAbout(db, filter)
  if (!about) return 0
  const { rows } = await sql<{ 'QUERY PLAN': readonly [{ Plan: Record<string, number> }] }>`
    explain (analyze, buffers, timing off, format json) ${searchEvents(about, page)}`.execute(db)
  const plan = rows[0]?.['QUERY PLAN'][0].Plan ?? {}
  return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0)
}

const ROWS: readonly (readonly [name: string, filter: Partial<EventFilter>, found: number])[] = [
  ['nothing', {}, 51],
  ['since and until, long ago', { since: moment(0), until: moment(40) }, 40],
  ['until, long ago', { until: moment(30) }, 30],
  ['since, lately', { since: moment(EVENTS - 20), until: moment(EVENTS) }, 20],
  ['since the first, of an API', { since: moment(0), until: moment(50), apiId: 'orders-api' }, 50],
  ['an API', { apiId: 'orders-api' }, 51],
  ['an API without events', { apiId: 'nothing' }, 0],
  ['a kind', { type: 'key' }, 51],
  ['a kind without events', { type: 'setup' }, 0],
  ['an app', { clientId }, 51],
  ['an app that nobody knows', { clientId: 'nothing' }, 0],
  ['a machine', { byClientId: clientId }, 51],
  ['a person', { personId }, 51],
]

for (const [name, narrowed, found] of ROWS)
  t.test(`by ${name}: reads about what is found`, async (t) => {
    const filter = { ...NOTHING, ...narrowed }
    const page = { after: undefined, limit: 51 }
    t.equal((await listEvents(db, filter, page)).length, found)
    const pages = await pagesRead(filter, page)
    t.ok(pages < 250, `${pages} pages`)
  })

t.test('the whole log has more pages than any of these may read', async (t) => {
  const { rows } = await sql<{ pages: number }>`
    select (pg_relation_size('audit_events') / current_setting('block_size')::int)::int as pages`.execute(db)
  t.ok((rows[0]?.pages ?? 0) > 500, String(rows[0]?.pages))
})
