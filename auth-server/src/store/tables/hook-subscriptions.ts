// Which hooks hear of which events: the servers' configuration, where a statement that tells of one can read it.
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database.ts'
import type { TableDeclaration } from '../declaration.ts'
import { queueEntries } from './outbox.ts'

export interface HookSubscriptions {
  name: string
  /** Scheme, host and port. */
  receiver: string
  events: string[]
}

export const HOOK_SUBSCRIPTIONS: TableDeclaration<HookSubscriptions> = {
  purpose: 'Which hooks of the catalogue file hear of which events.',
  lifetime: {
    kept: 'each start of a server adds and changes those of its file; `npm run hooks -- forget` takes one away',
  },
  people: { nobody: 'Keys of the server.' },
}

/**
 * Adds these and changes those that are there. What is missing stays, since another instance may have it. Returns the names
 * of those.
 */
export async function confirmSubscriptions(db: Db, hooks: readonly HookSubscriptions[]): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    with wanted as (
      select * from jsonb_to_recordset(${JSON.stringify(hooks)}::jsonb) as hook (name text, receiver text, events text[])
    ), confirmed as (
      insert into hook_subscriptions (name, receiver, events) select name, receiver, events from wanted
      on conflict (name) do update set receiver = excluded.receiver, events = excluded.events
    )
    select name from hook_subscriptions where name not in (select name from wanted) order by name`.execute(db)
  return rows.map(({ name }) => name)
}

/** It hears of nothing any more, and nothing waits for it. False when there is none. */
export async function forgetHook(db: Db, name: string): Promise<boolean> {
  const { rows } = await sql`
    with told as (
      delete from outbox where kind = 'hook' and payload->>'hook' = ${name}
    )
    delete from hook_subscriptions where name = ${name} returning name`.execute(db)
  return rows.length === 1
}

/** What an after-hook hears: ids alone. */
export interface ToldChange {
  readonly event: string
  readonly personId: string | null
  readonly applicationId: string | null
  readonly apiId: string | null
}

/** Queues it for each hook that wants to hear of it. Part of a statement. */
export function tellHooks({ event, personId, applicationId, apiId }: ToldChange): RawBuilder<unknown> {
  const payload = sql`jsonb_build_object('hook', name, 'event', ${event}::text, 'at', auth_now(),
    'personId', ${personId}::text, 'applicationId', ${applicationId}::text, 'apiId', ${apiId}::text)`
  return queueEntries(
    'hook',
    sql`(select receiver, null as application_id, null as person_id, ${payload} as payload
         from hook_subscriptions where ${event} = any (events)) entry`,
  )
}
