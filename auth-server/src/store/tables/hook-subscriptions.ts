// Which hooks hear of which events: the servers' configuration, where a statement that tells of one can read it.
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database.ts'
import type { Json, TableDeclaration } from '../declaration.ts'
import { toldFor } from '../hook-events.ts'
import { queueEntries } from './outbox.ts'

/** What the catalogue file says of a hook, for whoever looks at it; never a secret. */
export interface HookSettings {
  readonly url: string
  readonly events: readonly string[]
  /** Null for all. */
  readonly apis: readonly string[] | null
  readonly onFailure: string
  readonly timeoutMillis: number
}

export interface HookSubscriptions {
  name: string
  /** Scheme, host and port. */
  receiver: string
  /** What it hears of after it happened. */
  events: string[]
  /** Null of a server that has not been started since there are any. */
  settings: Json<HookSettings> | null
  /** Events of the audit log, with what the hook hears of them; read by a trigger (0084). */
  told_for: Json<Readonly<Record<string, string>>> | null
  /** Its last calls, the newest first; null of one that was not called since this is noted. */
  recent: Json<readonly NotedCall[]> | null
  called_at: Date | null
  called_event: string | null
  failed_at: Date | null
  failed_event: string | null
  failure: string | null
}

export const HOOK_SUBSCRIPTIONS: TableDeclaration<HookSubscriptions> = {
  purpose:
    'The hooks of the catalogue file, without their secrets: what each hears of, its last 20 calls, and when it failed last.',
  lifetime: {
    kept: 'each start of a server adds and changes those of its file; `npm run hooks -- forget` takes one away',
  },
  people: { nobody: 'Keys of the server.' },
}

/** A hook as a server knows it by its file. */
export interface ConfirmedHook {
  readonly name: string
  readonly receiver: string
  /** What it hears of after it happened. */
  readonly events: readonly string[]
  readonly settings: HookSettings
}

/**
 * Adds these and changes those that are there. What is missing stays, since another instance may have it. Returns the names
 * of those.
 */
export async function confirmSubscriptions(db: Db, hooks: readonly ConfirmedHook[]): Promise<readonly string[]> {
  const wanted = hooks.map((hook) => ({ ...hook, told_for: toldFor(hook.events) }))
  const { rows } = await sql<{ name: string }>`
    with wanted as (
      select * from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb)
        as hook (name text, receiver text, events text[], settings jsonb, told_for jsonb)
    ), confirmed as (
      insert into hook_subscriptions (name, receiver, events, settings, told_for)
      select name, receiver, events, settings, told_for from wanted
      on conflict (name) do update set receiver = excluded.receiver, events = excluded.events,
                                       settings = excluded.settings, told_for = excluded.told_for
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

/** How a hook fared: when it was called last, and when it last did not answer as it should. */
export interface HookFared {
  readonly recent?: readonly NotedCall[]
  readonly called?: CalledHook
  readonly failed?: CalledHook & Readonly<{ because: string }>
}

export interface CalledHook {
  /** ISO 8601 */
  readonly at: string
  readonly event: string
}

/** One call: nothing in it is about a person. */
export interface NotedCall extends CalledHook {
  /** What was wrong with its answer; null where nothing was. */
  readonly problem: string | null
}

/** How many calls of one hook are kept. */
export const RECENT_CALLS = 20

/** Notes how hooks fared; what another instance has noted of a later moment stays. */
export async function noteHookCalls(db: Db, noted: ReadonlyMap<string, HookFared>): Promise<void> {
  const calls = [...noted].map(([name, fared]) => ({ name, ...fared }))
  await sql`
    update hook_subscriptions hook
    set called_at = greatest(hook.called_at, (call.called->>'at')::timestamptz),
        called_event = case when hook.called_at >= (call.called->>'at')::timestamptz or call.called is null
                            then hook.called_event else call.called->>'event' end,
        failed_at = greatest(hook.failed_at, (call.failed->>'at')::timestamptz),
        failed_event = case when hook.failed_at >= (call.failed->>'at')::timestamptz or call.failed is null
                            then hook.failed_event else call.failed->>'event' end,
        failure = case when hook.failed_at >= (call.failed->>'at')::timestamptz or call.failed is null
                       then hook.failure else call.failed->>'because' end,
        recent = (select jsonb_agg(entry order by entry->>'at' desc) from (
          select entry from jsonb_array_elements(coalesce(hook.recent, '[]') || coalesce(call.recent, '[]')) entry
          order by entry->>'at' desc limit ${RECENT_CALLS}) latest)
    from jsonb_to_recordset(${JSON.stringify(calls)}::jsonb) as call (name text, called jsonb, failed jsonb, recent jsonb)
    where hook.name = call.name`.execute(db)
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
    'personId', ${personId}::text, 'applicationId', ${applicationId}::text,
    'clientId', (select client_id from applications where id = ${applicationId}), 'apiId', ${apiId}::text)`
  return queueEntries(
    'hook',
    sql`(select receiver, null as application_id, null as person_id, ${payload} as payload
         from hook_subscriptions where ${event} = any (events)) entry`,
  )
}
