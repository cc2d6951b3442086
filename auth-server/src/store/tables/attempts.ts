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

/**
 * Counts an attempt by each of the keys and says whether it may be made: one statement, in which each row settles the
 * race for it. Whom one key refuses, the next ones do not count, so that somebody who is refused anyway uses up nothing
 * of what others share. All callers give narrow keys first and wide ones last, hence nobody waits in a circle.
 */
export async function countAttempt(db: Db, keys: readonly CountedKey[]): Promise<WaitSeconds> {
  return (await judgeAttempt(db, keys)).waitSeconds
}

/** The same, with the key that refused it. */
export async function judgeAttempt(
  db: Db,
  keys: readonly CountedKey[],
): Promise<Readonly<{ waitSeconds: WaitSeconds; refusedBy: string | undefined }>> {
  if (keys.length === 0) return { waitSeconds: 0, refusedBy: undefined }
  const steps = keys.map(({ key, allowed, windowSeconds }, index) => {
    const ends = sql`${secondsFromNow(windowSeconds)}`
    const before = index === 0 ? sql`true` : sql`exists (select from ${step(index - 1)} where allows)`
    return sql`${step(index)} as (
      insert into attempts (key, count, allowed, expires_at)
      select ${key}, 1, ${allowed}, ${ends} where ${before}
      on conflict (key) do update set
        count = case when attempts.expires_at > auth_now() then least(attempts.count, 1000000) + 1 else 1 end,
        allowed = excluded.allowed,
        expires_at = case when attempts.expires_at > auth_now() then attempts.expires_at else excluded.expires_at end
      returning count <= allowed as allows, ${secondsLeft(sql`expires_at`)} as wait)`
  })
  const all = sql.join(
    keys.map(({ key }, index) => sql`select ${key} as key, wait from ${step(index)} where not allows`),
    sql` union all `,
  )
  const { rows } = await sql<{ key: string; wait: WaitSeconds }>`
    with ${sql.join(steps)} select key, wait from (${all}) refused`.execute(db)
  return { waitSeconds: rows[0]?.wait ?? 0, refusedBy: rows[0]?.key }
}

function step(index: number): RawBuilder<unknown> {
  return sql.ref(`step_${index}`)
}

/** An attempt turned out to be none, such as a right password. A count that was the only one leaves no row. */
export async function uncountAttempt(db: Db, keys: readonly CountedKey[]): Promise<void> {
  const given = keys.map(({ key }) => key)
  await sql`
    with counted as materialized (
      select key, count from attempts where key = any(${given}::text[]) and expires_at > auth_now()
      order by array_position(${given}::text[], key) for update
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

/** The same as a question of its own. */
export async function findAttemptsWait(db: Db, keys: readonly CountedKey[]): Promise<WaitSeconds> {
  const { rows } = await sql<{ wait: WaitSeconds }>`select ${attemptsWait(keys)} as wait`.execute(db)
  return rows[0]?.wait ?? 0
}
