// The outbox: what has to reach somebody outside. Instances take turns with its rows until each arrived or grew old.
import { type RawBuilder, sql } from 'kysely'
import { randomSecret } from '../../crypto/random.ts'
import type { Db } from '../database.ts'
import type { Defaulted, Json, TableDeclaration } from '../declaration.ts'
import { secondsFromNow, secondsSince, unixSeconds } from '../sql.ts'

/**
 * What each kind of delivery has to know, beside its application and person. Never a link or a secret: that is minted
 * when it is sent; or, where it cannot be, kept sealed, and it goes with its row.
 */
export interface OutboxPayloads {
  readonly 'logout-notice': Readonly<{ sessionId: string }>
}
export type OutboxKind = keyof OutboxPayloads

/** For how long each kind is tried; afterwards nobody wants it any more. */
export const OUTBOX_LIFETIME_SECONDS = {
  // A client that was away for a day asks its people to sign in again anyway.
  'logout-notice': 24 * 3600,
} as const satisfies Readonly<Record<OutboxKind, number>>

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
}

export const OUTBOX = {
  purpose: 'What has to reach somebody outside: notices of a sign-out for the apps that took part.',
  lifetime: {
    until: 'it has arrived, or its time is over: a day for a notice of a sign-out',
    obsolete: sql`expires_at < auth_now()`,
    indexed: true,
  },
  people: {
    exported: {
      rows: 'person_id',
      columns: ['kind', 'application_id', 'payload', 'attempts', 'created_at', 'expires_at'],
    },
    erased: { deleted: 'person_id' },
  },
} satisfies TableDeclaration<Outbox>

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
    from outbox where expires_at > auth_now() group by kind order by kind`.execute(db)
  return rows
}

/** Queues a notice for each row of `told`, which has `application_id`, `person_id`, `session_id` and the client's `uri`. */
export function queueLogoutNotices(told: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    insert into outbox (id, kind, receiver, application_id, person_id, payload, expires_at)
    select ${randomSecret(16)} || '.' || row_number() over (), 'logout-notice',
           -- scheme, host and port, which several clients may share
           coalesce(substring(lower(uri) from '^[^/]*//[^/?#]*'), application_id),
           application_id, person_id, jsonb_build_object('sessionId', session_id),
           ${secondsFromNow(OUTBOX_LIFETIME_SECONDS['logout-notice'])}
    from ${told}`
}
