// The feed of revocations as it is read: in the order of commits, from a place that only this history has.
import { type GeneratedAlways, sql } from 'kysely'
import type { Db } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import { unixSeconds } from '../sql.ts'

export interface Revocations {
  seq: GeneratedAlways<string>
  mark: GeneratedAlways<string>
  kind: 'start' | 'grant' | 'client'
  data: Defaulted<Record<string, unknown>>
  at: Date
}

export const REVOCATIONS: TableDeclaration<Revocations> = {
  purpose: 'What gateways have to refuse although it has not expired: logins and clients that ended.',
  lifetime: {
    // Life of an access token, 10 minutes, and of a gateway's cursor, an hour at most, with room. The last row stays: it
    // is the place from which gateways go on.
    until: 'two hours have passed; the last row stays',
    obsolete: sql`at < auth_now() - interval '2 hours' and seq < (select max(seq) from revocations)`,
    indexed: true,
  },
  people: {
    exported: { nothing: 'It names logins that have ended, which are exported as such.' },
    erased: { nothing: 'Gateways have to hear of it. It names a login by a random id, which leads nowhere any more.' },
  },
}

/** A place in the feed. The mark tells a row from one of the same number in another history (a restored backup). */
export interface FeedPlace {
  readonly seq: string
  readonly mark: string
}

/** One row: a family, or every token of a client (for one audience, or all) issued up to a second. Unix seconds. */
export type Revocation = Readonly<{ at: number }> &
  (
    | Readonly<{ kind: 'grant'; data: Readonly<{ grant_id: string }> }>
    | Readonly<{ kind: 'client'; data: Readonly<{ client_id: string; aud?: string; issued_until: number }> }>
  )

export interface FeedPage {
  /** False when the place asked for is not in this history (any more): then the page is the first of all there is. */
  readonly known: boolean
  /** Up to where this page goes. */
  readonly place: FeedPlace
  /** Whether that was the end of the feed. */
  readonly complete: boolean
  readonly revocations: readonly Revocation[]
  /** Unix seconds. */
  readonly now: number
}

type Row = Omit<FeedPage, 'place' | 'complete' | 'revocations'> &
  Readonly<{ last: FeedPlace | null; page: readonly (Revocation & FeedPlace)[] }>

/**
 * What follows a place, at most `limit` rows of the last `sinceSeconds`; without a place, or with one that this history
 * does not have, everything of that time. One statement: no row can slip in between page and end.
 */
export async function readRevocations(
  db: Db,
  after: FeedPlace | undefined,
  { limit, sinceSeconds }: Readonly<{ limit: number; sinceSeconds: number }>,
): Promise<FeedPage> {
  const { rows } = await sql<Row>`
    with start as (
      select coalesce((select seq from revocations
        where seq = ${after?.seq ?? null}::bigint and mark = ${after?.mark ?? null}::uuid), 0) as seq
    ), page as (
      select revocations.* from revocations, start
      where revocations.seq > start.seq and kind <> 'start' and at > auth_now() - make_interval(secs => ${sinceSeconds})
      order by revocations.seq limit ${limit + 1}
    )
    select (select seq > 0 from start) as known,
           (select json_build_object('seq', seq::text, 'mark', mark) from revocations order by seq desc limit 1) as last,
           coalesce((select json_agg(json_build_object('seq', seq::text, 'mark', mark, 'kind', kind, 'data', data,
                     'at', ${unixSeconds(sql`at`)}) order by seq) from page), '[]') as page,
           ${unixSeconds()} as now`.execute(db)
  const [row] = rows
  if (!row) throw new Error('the database did not read the feed')
  const { known, last, page, now } = row
  if (!last) {
    await beginHistory(db)
    return readRevocations(db, after, { limit, sinceSeconds })
  }
  const revocations = page.slice(0, limit)
  const complete = page.length <= limit
  const end = complete ? last : (revocations.at(-1) ?? last)
  return { known, place: { seq: end.seq, mark: end.mark }, complete, revocations, now }
}

/** The mark of the feed's last row, which no other row has; undefined before anybody has read the feed. */
export async function findEndMark(db: Db): Promise<string | undefined> {
  // No `seq::text` beside it: `order by seq` would mean that column then, and the text '9' comes after '10'.
  const { rows } = await sql<{ mark: string }>`select mark from revocations order by seq desc limit 1`.execute(db)
  return rows[0]?.mark
}

// A feed without rows has no place to go on from. Cleaning up leaves the last row, so this happens once in a history.
async function beginHistory(db: Db): Promise<void> {
  return db.transaction().execute(async (trx) => {
    await sql`select lock_revocations()`.execute(trx)
    await sql`insert into revocations (kind, at) select 'start', commit_time()
              where not exists (select from revocations)`.execute(trx)
  })
}
