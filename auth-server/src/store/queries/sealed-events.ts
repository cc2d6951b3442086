// The sealed audit log as it is verified and exported: in the order of the chain, from one moment, a page at a time.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { ChainPoint, Sealed, SealedDetails, SealedEvent } from '../tables/audit-seals.ts'
import { asText, EVENT_COLUMNS } from './seal-events.ts'

const PAGE = 1000

/** One moment of the database, whatever goes on meanwhile. */
export function atOneMoment<T>(db: Db, read: (trx: Trx) => Promise<T>): Promise<T> {
  return db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read)
}

/** Seals after a position, in order. @param limit what one statement reads */
export async function* readSeals(trx: Trx, after: number, limit = PAGE): AsyncGenerator<Sealed> {
  for (let from = after; ; ) {
    const seals = await readPage(trx, from, limit)
    yield* seals
    const last = seals.at(-1)
    if (!last || seals.length < limit) return
    from = last.position
  }
}

type Row = Omit<Sealed, 'position' | 'event' | 'details'> &
  SealedEvent & {
    position: string
    eventSeq: string | null
    eventAt: string
    detailsSeq: string | null
  } & SealedDetails

async function readPage(trx: Trx, after: number, limit: number): Promise<readonly Sealed[]> {
  const { rows } = await sql<Row>`
    select ${EVENT_COLUMNS}, event.seq as "eventSeq", ${asText(sql`event.at`)} as "eventAt",
           seal.position, seal.event_seq as seq, ${asText(sql`seal.at`)} as at, seal.ends,
           seal.event_hash as "eventHash", seal.details_hash as "detailsHash", seal.hash,
           detail.event_seq as "detailsSeq", detail.salt, detail.address, detail.user_agent as "userAgent"
    from audit_seals seal left join audit_events event on event.seq = seal.event_seq
    left join audit_details detail on detail.event_seq = seal.event_seq
    where seal.position > ${after}::bigint order by seal.position limit ${limit}`.execute(trx)
  return rows.map((row) => {
    const { position, seq, at, ends, eventHash, detailsHash, hash, eventSeq, eventAt, detailsSeq } = row
    const { salt, address, userAgent } = row
    return {
      ...{ position: Number(position), seq, at, ends, eventHash, detailsHash, hash },
      event: eventSeq === null ? null : eventOf(row, eventSeq, eventAt),
      details: detailsSeq === null ? null : { salt, address, userAgent },
    }
  })
}

function eventOf(row: SealedEvent, seq: string, at: string): SealedEvent {
  const { type, outcome, person, applicationId, apiId, requestId, actor, actorApplicationId, byCommand, change } = row
  const who = { person, applicationId, apiId, requestId, actor, actorApplicationId, byCommand }
  return { seq, at, type, outcome, ...who, change }
}

/** What the chain says of itself, and what the log says beside it. */
export interface ChainSummary {
  readonly anchor: ChainPoint
  readonly head: ChainPoint
  /** Events that are still to be sealed. */
  readonly unsealed: number
  /** The number of an event that should have been sealed long ago, and is not. */
  readonly leftOut: string | undefined
  /** The moment before which events that end may be gone. */
  readonly endedBefore: string
}

export async function summarizeChain(db: Db): Promise<ChainSummary> {
  const { rows } = await sql<
    Record<'anchor' | 'anchorHash' | 'head' | 'headHash' | 'unsealed' | 'endedBefore', string> & {
      leftOut: string | null
    }
  >`
    select anchor_position as anchor, anchor_hash as "anchorHash", head_position as head, head_hash as "headHash",
           ${asText(sql`auth_now() - interval '90 days'`)} as "endedBefore",
           (select count(*) from audit_events event where event.seq > settled
            and not exists (select from audit_seals where event_seq = event.seq)) as unsealed,
           (select event.seq from audit_events event where event.seq <= settled
            and not exists (select from audit_seals where event_seq = event.seq) order by event.seq limit 1) as "leftOut"
    from audit_chain`.execute(db)
  const [row] = rows
  if (!row) throw new Error('audit_chain has no row: somebody has deleted it')
  return {
    anchor: { position: Number(row.anchor), hash: row.anchorHash },
    head: { position: Number(row.head), hash: row.headHash },
    unsealed: Number(row.unsealed),
    leftOut: row.leftOut ?? undefined,
    endedBefore: row.endedBefore,
  }
}

/** The newest seal as the chain has it. */
export async function readHead(db: Db): Promise<ChainPoint> {
  const { head_position, head_hash } = await chainRow(db)
  return { position: Number(head_position), hash: head_hash }
}

/** After which seal the chain begins. */
export async function readAnchor(db: Db): Promise<ChainPoint> {
  const { anchor_position, anchor_hash } = await chainRow(db)
  return { position: Number(anchor_position), hash: anchor_hash }
}

function chainRow(db: Db) {
  return db.selectFrom('audit_chain').selectAll().executeTakeFirstOrThrow()
}

/** The seal at a position; undefined where none is. */
export async function findSeal(db: Db, position: number): Promise<ChainPoint | undefined> {
  const seal = await db
    .selectFrom('audit_seals')
    .where('position', '=', String(position))
    .select('hash')
    .executeTakeFirst()
  return seal && { position, hash: seal.hash }
}

/** Ends a batch of what is older than so many days, from the beginning of the chain. @returns how many */
export async function endOldAudit(db: Db, days: number, batch: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`select end_old_audit(${days}::int, ${batch}::int) as count`.execute(db)
  return rows[0]?.count ?? 0
}
