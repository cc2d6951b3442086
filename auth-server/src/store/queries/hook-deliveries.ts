// Hooks as administrators see them: each with how it fares, and the calls that wait or are dead: listed, sent again, dropped.
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database.ts'
import { secondsFromNow } from '../sql.ts'
import type { HookSettings, NotedCall } from '../tables/hook-subscriptions.ts'
import { HOOK_LIFETIME_SECONDS, type HookTold, IS_DEAD } from '../tables/outbox.ts'

/** A hook that some instance has, or had, in its file. */
export interface ListedHook {
  readonly name: string
  readonly receiver: string
  readonly events: readonly string[]
  readonly settings: HookSettings | null
  readonly calledAt: Date | null
  readonly calledEvent: string | null
  readonly failedAt: Date | null
  readonly failedEvent: string | null
  readonly failure: string | null
  /** The newest first. */
  readonly recent: readonly NotedCall[]
  /** Calls that are tried again. */
  readonly waiting: number
  /** Calls that are not tried any more. */
  readonly dead: number
}

/** All of them, by their names; or one. */
export async function findHooks(db: Db, name?: string): Promise<readonly ListedHook[]> {
  const { rows } = await sql<ListedHook>`
    select hook.name, receiver, events, settings, called_at as "calledAt", called_event as "calledEvent",
           failed_at as "failedAt", failed_event as "failedEvent", failure, coalesce(recent, '[]') as recent,
           coalesce(told.waiting, 0) as waiting, coalesce(told.dead, 0) as dead
    from hook_subscriptions hook left join (
      select payload->>'hook' as name, (count(*) filter (where not ${IS_DEAD}))::int as waiting,
             (count(*) filter (where ${IS_DEAD}))::int as dead
      from outbox where kind = 'hook' group by 1) told on told.name = hook.name
    ${name === undefined ? sql`` : sql`where hook.name = ${name}`}
    order by hook.name`.execute(db)
  return rows
}

/** A call that has not arrived. */
export interface HookDelivery extends Omit<HookTold, 'clientId'> {
  readonly id: string
  readonly clientId: string | null
  readonly isDead: boolean
  readonly attempts: number
  readonly lastAnswer: string | null
  readonly createdAt: Date
  /** Null of a dead one. */
  readonly nextAttemptAt: Date | null
  /** When one that waits is given up, and a dead one is gone. */
  readonly expiresAt: Date
  /** Where it stands in the list. */
  readonly key: string
}

/** Which calls are looked for. */
export interface HookDeliveryFilter {
  readonly hook: string | undefined
  readonly state: 'waiting' | 'dead' | undefined
}

/** In its order: dead ones first, the newest first. */
const KEY = sql`case when ${IS_DEAD} then 1 else 0 end, (extract(epoch from outbox.created_at) * 1000000)::bigint, outbox.id`

/** @param page `after` is the key that the page before ended with @throws {TypeError} when that is no key */
export async function listHookDeliveries(
  db: Db,
  filter: HookDeliveryFilter,
  page: Readonly<{ after: string | undefined; limit: number }>,
): Promise<readonly HookDelivery[]> {
  const { rows } = await select(sql`
    ${filter.hook === undefined ? sql`` : sql`and payload->>'hook' = ${filter.hook}`}
    ${filter.state === undefined ? sql`` : filter.state === 'dead' ? sql`and ${IS_DEAD}` : sql`and not ${IS_DEAD}`}
    ${page.after === undefined ? sql`` : sql`and (${KEY}) < ${keyOf(page.after)}`}
    order by 1 desc, 2 desc, 3 desc limit ${page.limit}`).execute(db)
  return rows
}

export async function findHookDelivery(db: Db, id: string): Promise<HookDelivery | undefined> {
  const { rows } = await select(sql`and outbox.id = ${id}`).execute(db)
  return rows[0]
}

function select(rest: RawBuilder<unknown>) {
  return sql<HookDelivery>`
    select case when ${IS_DEAD} then 1 else 0 end, (extract(epoch from outbox.created_at) * 1000000)::bigint, outbox.id,
           payload->>'hook' as hook, payload->>'event' as event, payload->>'at' as at,
           payload->>'personId' as "personId", payload->>'applicationId' as "applicationId",
           payload->>'apiId' as "apiId",
           coalesce(payload->>'clientId', (select client_id from applications where id = payload->>'applicationId'))
             as "clientId", ${IS_DEAD} as "isDead", attempts,
           last_answer as "lastAnswer", outbox.created_at as "createdAt",
           case when ${IS_DEAD} then null else next_attempt_at end as "nextAttemptAt", expires_at as "expiresAt",
           concat_ws('~', ${KEY}) as key
    from outbox where kind = 'hook' ${rest}`
}

function keyOf(text: string): RawBuilder<unknown> {
  const [, rank, micros, id] = /^([01])~(\d{1,16})~([\w.-]{1,100})$/.exec(text) ?? []
  if (rank === undefined || micros === undefined || id === undefined) throw new TypeError('no key of this list')
  return sql`(${rank}::int, ${micros}::bigint, ${id})`
}

/** Has dead ones sent once more, for as long as new ones; all of a hook, or one. Returns how many. */
export async function reviveHooks(db: Db, which: Readonly<{ hook: string } | { id: string }>): Promise<number> {
  const those = 'id' in which ? sql`id = ${which.id}` : sql`payload->>'hook' = ${which.hook}`
  const { rows } = await sql`
    update outbox set attempts = 0, next_attempt_at = auth_now(), expires_at = ${secondsFromNow(HOOK_LIFETIME_SECONDS)}
    where kind = 'hook' and ${IS_DEAD} and ${those} returning id`.execute(db)
  return rows.length
}

/** Nobody is told of it any more. Returns what it was; undefined when there is none. */
export async function dropHookDelivery(db: Db, id: string): Promise<HookTold | undefined> {
  const { rows } = await sql<{ payload: HookTold }>`
    delete from outbox where kind = 'hook' and id = ${id} returning payload`.execute(db)
  return rows[0]?.payload
}
