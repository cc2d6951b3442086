// The outbox: what has to reach somebody outside. Instances take turns with its rows until each arrived or grew old.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { randomSecret } from '../../crypto/random.ts'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, Json, PersonKey, TableDeclaration } from '../declaration.ts'
import type { QueuedMail } from '../queued-mail.ts'
import { secondsFromNow, secondsSince, unixSeconds } from '../sql.ts'

/**
 * What each kind of delivery has to know, beside its application and person. Never a link or a secret: that is minted
 * when it is sent; or, where it cannot be, kept sealed, and it goes with its row.
 */
export interface OutboxPayloads {
  readonly 'logout-notice': Readonly<{ sessionId: string }>
  readonly mail: QueuedMail
  readonly 'api-event': ApiEvent
  readonly 'provider-revocation': Readonly<{ issuer: string; sealed: string }>
  readonly hook: HookTold
}

/** What a hook hears: which event of when, and the ids of whom it is about. */
export interface HookTold {
  readonly hook: string
  readonly event: string
  /** ISO 8601 */
  readonly at: string
  readonly personId: string | null
  readonly applicationId: string | null
  /** Of the application; missing in what an older release has queued. */
  readonly clientId?: string | null
  readonly apiId: string | null
}

/** What the backend of an API hears of a `sub`: it is part of the account `into` from now on; or it is nobody's any more. */
export type ApiEvent = Readonly<{ apiId: string; subject: string }> &
  (Readonly<{ event: 'merged'; into: string }> | Readonly<{ event: 'ended' }>)

export type OutboxKind = keyof OutboxPayloads

/** In words, for the documentation, and for how long each kind is tried; afterwards nobody wants it any more. */
const OUTBOX_KINDS: Readonly<Record<OutboxKind, Readonly<{ words: string; lifetimeSeconds: number }>>> = {
  // A client that was away for a day asks its people to sign in again anyway. Queued by triggers (0035), which say so, too.
  'logout-notice': { words: 'notices of a sign-out for the apps that took part', lifetimeSeconds: 24 * 3600 },
  // As long as the longest of their links.
  mail: { words: 'mails', lifetimeSeconds: 72 * 3600 },
  // A backend that missed one keeps what is nobody's any more; longer than a weekend.
  'api-event': { words: 'what backends of APIs hear of the end of a `sub`', lifetimeSeconds: 7 * 24 * 3600 },
  // Queued by triggers (0067), which say so, too.
  'provider-revocation': { words: 'ends of links to identity providers', lifetimeSeconds: 7 * 24 * 3600 },
  // Queued by a trigger (0084), which says so, too.
  hook: { words: 'what hooks hear of changes, which administrators see for 30 more days', lifetimeSeconds: 72 * 3600 },
}

/** For how long a hook is told of a change. */
export const HOOK_LIFETIME_SECONDS = OUTBOX_KINDS.hook.lifetimeSeconds

/** For how long one that never arrived can be sent again. */
const DEAD_HOOK_DAYS = 30

/** Of each hook; the oldest go first. */
const MAX_DEAD_OF_HOOK = 10_000
/** Never due: out of the way of whatever looks for what is due, or has expired. */
export const IS_DEAD = sql`next_attempt_at = 'infinity'`

export interface Outbox {
  id: string
  kind: OutboxKind
  receiver: string
  application_id: string | null
  person_id: string | null
  payload: Json<OutboxPayloads[OutboxKind]>
  attempts: Defaulted<number>
  created_at: Defaulted<Date>
  next_attempt_at: Defaulted<Date>
  expires_at: Date
  /** To the last attempt, in words, where somebody can look at it. */
  last_answer: string | null
}

export const OUTBOX: TableDeclaration<Outbox> = {
  purpose: `What has to reach somebody outside: ${describeKinds(({ words }) => words)}.`,
  lifetime: {
    until: `it has arrived, or its time is over: ${describeKinds(({ words, lifetimeSeconds }) => `${lifetimeSeconds / 3600} hours for ${words}`)}`,
    obsolete: sql`expires_at < auth_now() and (kind <> 'hook' or ${IS_DEAD})`,
    indexed: true,
  },
  people: {
    exported: {
      rows: {
        words:
          'by `person_id`, mails about nobody yet to a proven address of the person, and what backends hear of them',
        where: (person) =>
          sql`(person_id = ${person.personId} or (person_id is null and (${isMailTo(person)} or ${isEventOf(person)})))`,
      },
      columns: {
        id: 'internal',
        kind: 'exported',
        receiver: 'internal',
        application_id: 'exported',
        person_id: 'owner',
        payload: 'exported',
        attempts: 'exported',
        created_at: 'exported',
        next_attempt_at: 'internal',
        expires_at: 'exported',
        last_answer: 'internal',
      },
    },
    erased: {
      deleted: {
        words:
          'by `person_id`, and mails to a proven address of the person; what backends hear stays until they have heard it',
        where: (person) => sql`(person_id = ${person.personId} or ${isMailTo(person)})`,
      },
    },
  },
}

function isMailTo({ emails }: PersonKey): RawBuilder<SqlBool> {
  return sql`(kind = 'mail' and payload->'to'->>'key' = any(${[...emails]}))`
}

function isEventOf({ personId }: PersonKey): RawBuilder<SqlBool> {
  return sql`((kind = 'api-event' and ${personId} in (payload->>'subject', payload->>'into'))
    or (kind = 'hook' and payload->>'personId' = ${personId}))`
}

function describeKinds(describe: (kind: (typeof OUTBOX_KINDS)[OutboxKind]) => string): string {
  return Object.values(OUTBOX_KINDS).map(describe).join('; ')
}

/** A row that is under way. */
export interface OutboxEntry<Kind extends OutboxKind = OutboxKind> {
  readonly id: string
  readonly kind: Kind
  /** Who has to take it, such as scheme, host and port; several rows share it. */
  readonly receiver: string
  readonly applicationId: string | null
  readonly personId: string | null
  readonly payload: OutboxPayloads[Kind]
  /** How often it has been tried, with this time. */
  readonly attempts: number
  /** Unix seconds by the database's clock. */
  readonly now: number
}

/** How the rows of a kind are taken. */
export interface OutboxPace {
  readonly kind: OutboxKind
  /** Rows that may be under way to one receiver. */
  readonly perReceiver: number
  /** Pause after the first attempt; four times as long after each further one, at most the longest. */
  readonly firstPauseSeconds: number
  readonly longestPauseSeconds: number
}

/** How many rows may be under way in all, and the receivers of those that are, one by one. */
export interface OutboxRoom {
  readonly total: number
  readonly busy: readonly string[]
}

/**
 * Takes rows of these kinds that are due, as many as there is room for, the longest due first. Taking one moves its next
 * attempt away, further than an attempt can last: no other instance takes it meanwhile, and if this one dies, it is
 * simply due again.
 */
export async function takeDueEntries(
  db: Db,
  paces: readonly OutboxPace[],
  room: OutboxRoom,
): Promise<readonly OutboxEntry[]> {
  const due = sql`next_attempt_at <= auth_now() and expires_at > auth_now()`
  const { rows } = await sql<OutboxEntry>`
    with recursive pace as (
      select * from unnest(${paces.map(({ kind }) => kind)}::text[], ${paces.map(({ perReceiver }) => perReceiver)}::int[],
        ${paces.map((pace) => pace.firstPauseSeconds)}::int[], ${paces.map((pace) => pace.longestPauseSeconds)}::int[])
        as pace (kind, per_receiver, first_pause, longest_pause)
    ), receivers as (
      -- From one receiver to the next along the index, and not at all while nothing is due.
      (select receiver from outbox where exists (select from outbox where ${due}) order by receiver limit 1)
      union all
      select (select receiver from outbox where receiver > receivers.receiver order by receiver limit 1)
      from receivers where receivers.receiver is not null
    ), soonest as (
      -- Of each receiver only as many as could be sent: however many wait for one, they hide nobody else's.
      select entry.*, receivers.receiver
      from receivers cross join pace cross join lateral (
        select id, kind, next_attempt_at from outbox
        where receiver = receivers.receiver and kind = pace.kind and ${due}
        order by next_attempt_at limit pace.per_receiver) entry
    ), in_line as (
      select *, row_number() over (partition by receiver, kind order by next_attempt_at)
                + (select count(*) from unnest(${[...room.busy]}::text[]) other where other = receiver) as place
      from soonest
    ), chosen as (
      select in_line.id, first_pause, longest_pause from in_line join pace using (kind) where place <= per_receiver
      order by next_attempt_at limit ${room.total - room.busy.length}
    )
    update outbox entry
    set attempts = entry.attempts + 1,
        next_attempt_at = auth_now()
          + make_interval(secs => least(first_pause * power(4, least(entry.attempts, 10)), longest_pause))
    from chosen
    where entry.id in (select id from outbox where id in (select id from chosen) and ${due} for update skip locked)
      and chosen.id = entry.id
    returning entry.id, entry.kind, entry.receiver, entry.application_id as "applicationId",
              entry.person_id as "personId", entry.payload, entry.attempts,
              ${unixSeconds()} as now`.execute(db)
  return rows
}

/** It has arrived, or never will. */
export async function removeEntry(db: Db, id: string): Promise<void> {
  await db.deleteFrom('outbox').where('id', '=', id).execute()
}

/** What became of the attempt that has just been made, for whoever looks at what waits. */
export async function noteAnswer(db: Db, id: string, answer: string): Promise<void> {
  await db.updateTable('outbox').set({ last_answer: answer }).where('id', '=', id).execute()
}

/** What has not arrived yet. */
export interface OutboxBacklog {
  readonly kind: string
  readonly entries: number
  readonly oldestSeconds: number
}

/** How much waits, by kind, and since when. */
export async function measureOutbox(db: Db): Promise<readonly OutboxBacklog[]> {
  const { rows } = await sql<OutboxBacklog>`
    select kind, count(*)::int as entries, ${secondsSince(sql`min(created_at)`)} as "oldestSeconds"
    from outbox where expires_at > auth_now() and not ${IS_DEAD} group by kind order by kind`.execute(db)
  return rows
}

/**
 * Takes what hooks did not take in time out of the way, in batches; for some days it can be sent again. Returns how many
 * there were.
 */
export async function setDeadHooksAside(db: Db, { batch = 1000, most = MAX_DEAD_OF_HOOK } = {}): Promise<number> {
  let all = 0
  for (let count = batch; count === batch; all += count) {
    const { rows } = await sql`
      update outbox
      set next_attempt_at = 'infinity', expires_at = auth_now() + make_interval(days => ${sql.lit(DEAD_HOOK_DAYS)})
      where id in (select id from outbox where kind = 'hook' and expires_at <= auth_now() and not ${IS_DEAD}
                   order by expires_at limit ${batch} for update skip locked)
      returning id`.execute(db)
    count = rows.length
  }
  for (let count = all > 0 ? batch : 0; count === batch; ) count = await dropSurplusDead(db, { batch, most })
  return all
}

/** Drops the oldest dead calls of hooks that have more than so many. Returns how many went. */
async function dropSurplusDead(db: Db, { batch, most }: Readonly<{ batch: number; most: number }>): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from outbox where id in (
      select id from (select id, row_number() over (partition by payload->>'hook' order by expires_at desc, id) as place
                      from outbox where kind = 'hook' and ${IS_DEAD}) dead
      where place > ${most} limit ${batch})`.execute(db)
  return Number(numAffectedRows ?? 0n)
}

/** How many calls of hooks are dead. */
export async function countDeadHooks(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from outbox where kind = 'hook' and ${IS_DEAD}`.execute(db)
  return rows[0]?.count ?? 0
}

/** What a new row says. */
export interface NewOutboxEntry<Kind extends OutboxKind> {
  /** Who has to take it, such as scheme, host and port; of what waits for one receiver only some is sent at once. */
  readonly receiver: string
  readonly payload: OutboxPayloads[Kind]
  /** Whom it is about: it goes with the person. */
  readonly personId?: string
  readonly applicationId?: string
}

/** Queues one entry, in the transaction that makes what it tells of. */
export async function queueEntry<Kind extends OutboxKind>(
  trx: Trx,
  kind: Kind,
  { receiver, payload, personId, applicationId }: NewOutboxEntry<Kind>,
): Promise<void> {
  const entry = sql`(select ${receiver}::text as receiver, ${applicationId ?? null}::text as application_id,
    ${personId ?? null}::text as person_id, ${JSON.stringify(payload)}::jsonb as payload) entry`
  await queueEntries(kind, entry).execute(trx)
}

/** Queues an entry for each row of `entries`, which has `receiver`, `application_id`, `person_id` and `payload`. Part of a statement. */
export function queueEntries(kind: OutboxKind, entries: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    insert into outbox (id, kind, receiver, application_id, person_id, payload, expires_at)
    select ${randomSecret(16)} || '.' || row_number() over (), ${kind}, receiver, application_id, person_id, payload,
           ${secondsFromNow(OUTBOX_KINDS[kind].lifetimeSeconds)}
    from ${entries}`
}
