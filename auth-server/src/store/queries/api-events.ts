// What backends of APIs hear about people: that a guest became part of an account, and that a `sub` has ended.
import { type RawBuilder, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import { queueEntries } from '../tables/outbox.ts'

/** The APIs that want to hear, and may keep something by the `sub`: somebody was signed in there, or allowed an app to be. */
function receiversOf(personIds: readonly string[]): RawBuilder<unknown> {
  return sql`(
    select api.id as api_id, person.id as subject,
           -- scheme, host and port, which several APIs may share
           substring(lower(api.events_uri) from '^[^/]*//[^/?#]*') as receiver
    from apis api, unnest(${[...personIds]}::text[]) person (id)
    where api.events_uri is not null
      and (exists (select from refresh_families family where family.person_id = person.id and family.api_id = api.id)
           or exists (select from consent_history consent where consent.person_id = person.id and consent.api_id = api.id))
  ) entry`
}

/** Queues it for the APIs that know the guest. It goes with nobody: also who is erased meanwhile has been one of the two. */
export async function queueMerge(trx: Trx, { from, into }: Readonly<{ from: string; into: string }>): Promise<void> {
  const payload = sql`jsonb_build_object('event', 'merged', 'apiId', api_id, 'subject', subject, 'into', ${into}::text)`
  await queueEntries(
    'api-event',
    sql`(select receiver, null as application_id, null as person_id, ${payload} as payload
         from ${receiversOf([from])}) entry`,
  ).execute(trx)
}

/** An API that has to hear that somebody is gone. */
export interface EndReceiver {
  readonly apiId: string
  readonly subject: string
  readonly receiver: string
}

/** Who has to hear it, while that can still be seen. */
export async function listEndReceivers(db: Db, personIds: readonly string[]): Promise<readonly EndReceiver[]> {
  const { rows } = await sql<EndReceiver>`
    select api_id as "apiId", subject, receiver from ${receiversOf(personIds)}`.execute(db)
  return rows
}

/** Queues it, when they are gone. */
export async function queueEnds(trx: Trx, receivers: readonly EndReceiver[]): Promise<void> {
  if (receivers.length === 0) return
  const payload = sql`jsonb_build_object('event', 'ended', 'apiId', api_id, 'subject', subject)`
  await queueEntries(
    'api-event',
    sql`(select receiver, null as application_id, null as person_id, ${payload} as payload
         from unnest(${receivers.map(({ apiId }) => apiId)}::text[], ${receivers.map(({ subject }) => subject)}::text[],
                     ${receivers.map(({ receiver }) => receiver)}::text[]) as told (api_id, subject, receiver)) entry`,
  ).execute(trx)
}

/** Where the events of an API go now. */
export interface EventReceiver {
  /** Null when it wants to hear no more. */
  readonly uri: string | null
  readonly resource: string
}

export async function findEventReceiver(db: Db, apiId: string): Promise<EventReceiver | undefined> {
  return db.selectFrom('apis').where('id', '=', apiId).select(['events_uri as uri', 'resource']).executeTakeFirst()
}
