// The steps of sealing the audit log: what is still to seal, and what is written of it.
import { type RawBuilder, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { ChainPoint, Seal, SealedDetails, SealedEvent } from '../tables/audit-seals.ts'

/** A moment of the database, in UTC to the microsecond: a Date would lose some of it. */
export function asText(moment: RawBuilder<unknown>): RawBuilder<string> {
  return sql`to_char((${moment}) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
}

/** The columns of a SealedEvent, but its number and moment. */
export const EVENT_COLUMNS = sql`event.type, event.outcome, event.person,
  event.application_id as "applicationId", event.api_id as "apiId", event.request_id as "requestId", event.actor,
  event.actor_application_id as "actorApplicationId", event.by_command as "byCommand", event.change`

/** Whoever adds an event holds it from before the event has its number, to the end of the transaction. */
const WRITERS = sql`pg_locks where relation = 'audit_events'::regclass and mode = 'RowExclusiveLock' and granted
  and database = (select oid from pg_database where datname = current_database())`

export interface ChainState extends ChainPoint {
  readonly settled: string
  readonly reaches: string
  /** Whether an event up to `reaches` can still come. */
  readonly isAwaited: boolean
}

/** The chain, for the transaction alone; undefined while another instance seals. */
export async function holdChain(trx: Trx): Promise<ChainState | undefined> {
  const { rows } = await sql<{ held: boolean }>`
    select pg_try_advisory_xact_lock(hashtext('audit chain')) as held`.execute(trx)
  // In statements of their own: what they see has to be newer than the lock, and the events newer than the writers.
  return rows[0]?.held ? readChain(trx) : undefined
}

async function readChain(trx: Trx): Promise<ChainState | undefined> {
  const { rows } = await sql<Omit<ChainState, 'position'> & { position: string }>`
    select head_position as position, head_hash as hash, settled, reaches,
           exists (select from ${WRITERS} and virtualtransaction = any(chain.writers)) as "isAwaited"
    from audit_chain chain`.execute(trx)
  const [state] = rows
  return state && { ...state, position: Number(state.position) }
}

/** Events after a number that are not sealed yet, in the order of their numbers. */
export async function listUnsealed(db: Db, after: string, limit: number): Promise<readonly SealedEvent[]> {
  const { rows } = await sql<SealedEvent>`
    select event.seq, ${asText(sql`event.at`)} as at, ${EVENT_COLUMNS} from audit_events event
    where event.seq > ${after}::bigint and not exists (select from audit_seals where event_seq = event.seq)
    order by event.seq limit ${limit}`.execute(db)
  return rows
}

/**
 * Where events came from. Nobody is kept waiting, and neither are we.
 * @throws {DatabaseError} SQLSTATE 55P03 when somebody is erasing one
 */
export async function holdDetails(trx: Trx, seqs: readonly string[]): Promise<ReadonlyMap<string, SealedDetails>> {
  const { rows } = await sql<SealedDetails & { seq: string }>`
    select event_seq as seq, salt, address, user_agent as "userAgent" from audit_details
    where event_seq = any(${[...seqs]}::bigint[]) order by event_seq for no key update nowait`.execute(trx)
  return new Map(rows.map((row) => [row.seq, row]))
}

/** How far the chain is complete, once what is written now is there. */
export interface Settlement {
  readonly settled: string
  readonly reaches: string
  readonly writers: readonly string[]
}

/** The newest number, and who could still add one below it: asked afterwards, so that nobody is missed. */
export async function lookAhead(trx: Trx): Promise<Pick<Settlement, 'reaches' | 'writers'>> {
  const newest = await sql<{ seq: string }>`select coalesce(max(seq), 0) as seq from audit_events`.execute(trx)
  const { rows } = await sql<{ writer: string }>`select distinct virtualtransaction as writer from ${WRITERS}`.execute(
    trx,
  )
  return { reaches: newest.rows[0]?.seq ?? '0', writers: rows.map(({ writer }) => writer) }
}

/** A seal and the salt of its details, as written. */
export interface NewSeal extends Seal {
  readonly salt: string | null
}

/** Adds seals after the head, salts what they seal, and moves the head. @param settlement what is left as it is without it */
export async function appendSeals(trx: Trx, seals: readonly NewSeal[], settlement?: Settlement): Promise<void> {
  const head = seals.at(-1)
  const { settled, reaches, writers } = settlement ?? { settled: null, reaches: null, writers: null }
  await sql`
    with seal as (
      select * from jsonb_to_recordset(${JSON.stringify(seals)}::jsonb) as seal (position bigint, seq bigint,
        at timestamptz, ends boolean, "eventHash" text, "detailsHash" text, hash text, salt text)
    ), salted as (
      update audit_details set salt = seal.salt from seal where event_seq = seal.seq and seal.salt is not null
    ), sealed as (
      insert into audit_seals (position, event_seq, at, ends, event_hash, details_hash, hash)
      select position, seq, at, ends, "eventHash", "detailsHash", hash from seal
    )
    update audit_chain set head_position = coalesce(${head?.position ?? null}::bigint, head_position),
           head_hash = coalesce(${head?.hash ?? null}::text, head_hash),
           settled = coalesce(${settled}::bigint, settled), reaches = coalesce(${reaches}::bigint, reaches),
           writers = coalesce(${writers ? [...writers] : null}::text[], writers)`.execute(trx)
}
