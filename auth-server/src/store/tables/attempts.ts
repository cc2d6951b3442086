// Attempts by key, in fixed windows, counted by all instances together.
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database.ts'
import type { TableDeclaration } from '../declaration.ts'
import { secondsFromNow } from '../sql.ts'

export interface Attempts {
  key: string
  count: number
  allowed: number
  expires_at: Date
}

export const ATTEMPTS: TableDeclaration<Attempts> = {
  purpose: 'How often something was tried, by keyed hashes of who tries and what; counted by all instances together.',
  lifetime: { until: 'the window of the limit is over', obsolete: sql`expires_at < auth_now()`, indexed: true },
  people: { nobody: 'The keys are hashes with a secret of the server, and lead to nobody.' },
}

/** What is counted. */
export interface CountedKey {
  /** A keyed hash; never an address or an e-mail address itself. */
  readonly key: string
  /** How many attempts it has in a window. */
  readonly allowed: number
  readonly windowSeconds: number
}

/** Seconds until the next attempt; 0: this one may be made. */
type WaitSeconds = number

function secondsLeft(expiresAt: RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`ceil(extract(epoch from ${expiresAt} - auth_now()))::int`
}

/** What became of an attempt. */
export interface CountedAttempt {
  readonly waitSeconds: WaitSeconds
  /** The key that refused it. */
  readonly refusedBy: string | undefined
  /** Where it was counted: in which window of which key. */
  readonly counted: readonly AttemptWindow[]
}
interface AttemptWindow {
  readonly key: string
  /** When it ends, in PostgreSQL's words, which have more digits than a `Date`. */
  readonly endsAt: string
}

interface Judged {
  readonly key: string
  readonly allows: boolean
  readonly wait: WaitSeconds
  readonly endsAt: string | null
}

/**
 * Counts an attempt by each of the keys and says whether it may be made: one statement, in which each row settles the
 * race for it. Whom one key refuses, the next ones do not count, so that somebody who is refused anyway uses up nothing
 * of what others share; and where one has no attempts left already, nothing is written at all. All callers give narrow
 * keys first and wide ones last, hence nobody waits in a circle.
 */
export async function countAttempt(db: Db, keys: readonly CountedKey[]): Promise<CountedAttempt> {
  if (keys.length === 0) return { waitSeconds: 0, refusedBy: undefined, counted: [] }
  const steps = keys.map(({ key, allowed, windowSeconds }, index) => {
    const ends = sql`${secondsFromNow(windowSeconds)}`
    const before =
      index === 0 ? sql`not exists (select from used_up)` : sql`exists (select from ${step(index - 1)} where allows)`
    return sql`${step(index)} as (
      insert into attempts (key, count, allowed, expires_at)
      select ${key}, 1, ${allowed}, ${ends} where ${before}
      on conflict (key) do update set
        count = case when attempts.expires_at > auth_now() then least(attempts.count, 1000000) + 1 else 1 end,
        allowed = excluded.allowed,
        expires_at = case when attempts.expires_at > auth_now() then attempts.expires_at else excluded.expires_at end
      returning key, count <= allowed as allows, ${secondsLeft(sql`expires_at`)} as wait, expires_at::text as "endsAt")`
  })
  const all = sql.join(
    keys.map((_, index) => sql`select * from ${step(index)}`),
    sql` union all `,
  )
  const { rows } = await sql<Judged>`
    with used_up as (
      select attempts.key, false as allows, ${secondsLeft(sql`expires_at`)} as wait, null as "endsAt"
      from unnest(${keys.map(({ key }) => key)}::text[], ${keys.map(({ allowed }) => allowed)}::int[])
        with ordinality as given (key, allowed, place)
      join attempts on attempts.key = given.key and attempts.count >= given.allowed and expires_at > auth_now()
      order by place limit 1
    ), ${sql.join(steps)}
    select * from used_up union all ${all}`.execute(db)
  const refusal = rows.find(({ allows }) => !allows)
  const counted = rows.flatMap(({ key, endsAt }) => (endsAt === null ? [] : { key, endsAt }))
  return { waitSeconds: refusal?.wait ?? 0, refusedBy: refusal?.key, counted }
}

function step(index: number): RawBuilder<unknown> {
  return sql.ref(`step_${index}`)
}

/**
 * An attempt turned out to be none, such as a right password. A count that was the only one leaves no row; and what has
 * been counted in the next window meanwhile stays.
 */
export async function uncountAttempt(db: Db, counted: CountedAttempt['counted']): Promise<void> {
  const keys = counted.map(({ key }) => key)
  await sql`
    with counted as materialized (
      select attempts.key, count from attempts
      where key = any(${keys}::text[]) and expires_at > auth_now() and (key, expires_at) in (
        select * from unnest(${keys}::text[], ${counted.map(({ endsAt }) => endsAt)}::timestamptz[]))
      order by array_position(${keys}::text[], key) for update
    ), emptied as (
      delete from attempts using counted where attempts.key = counted.key and counted.count <= 1
    )
    update attempts set count = attempts.count - 1 from counted
    where attempts.key = counted.key and counted.count > 1`.execute(db)
}

/** A part of another statement: the seconds until these keys have attempts left, 0 when they have; counts nothing. */
export function attemptsWait(keys: readonly CountedKey[]): RawBuilder<WaitSeconds> {
  return sql<WaitSeconds>`coalesce((
    select max(${secondsLeft(sql`expires_at`)}) from attempts
    where key = any(${keys.map(({ key }) => key)}::text[]) and count >= allowed and expires_at > auth_now()), 0)`
}
