// Seals the audit log, in the background: whatever was written and is not in the chain yet is added to it, portion by portion.
import { randomSecret } from '../crypto/random.ts'
import type { Db, Trx } from '../store/database.ts'
import { isLockTaken } from '../store/health.ts'
import {
  appendSeals,
  type ChainState,
  holdChain,
  holdDetails,
  listUnsealed,
  lookAhead,
  type NewSeal,
  type Settlement,
} from '../store/queries/seal-events.ts'
import type { ChainPoint, SealedEvent } from '../store/tables/audit-seals.ts'
import { sealEvent } from './chain.ts'

/** Events in one transaction, and transactions in one run: a long backlog is worked off in several. */
const PORTION = 1000
const MAX_PORTIONS = 20

/**
 * Seals what there is. Of several instances that try at once, one does. An event of a transaction that took long, with a
 * smaller number than one that is sealed already, is sealed after that one.
 * @returns how many events were sealed
 */
export async function sealAuditLog(
  db: Db,
  { portion = PORTION, signal }: Readonly<{ portion?: number; signal?: AbortSignal }> = {},
): Promise<number> {
  let count = 0
  let after = '0'
  for (let round = 0; round < MAX_PORTIONS && !signal?.aborted; round++) {
    const events = await sealPortion(db, after, portion)
    count += events.length
    after = events.at(-1)?.seq ?? after
    if (events.length < portion) break
  }
  return count
}

/** @param after a number up to which this run has sealed what it saw */
async function sealPortion(db: Db, after: string, portion: number): Promise<readonly SealedEvent[]> {
  try {
    return await db.transaction().execute(async (trx) => {
      const chain = await holdChain(trx)
      if (!chain) return []
      const isWhole = BigInt(chain.settled) >= BigInt(after)
      const events = await listUnsealed(trx, isWhole ? chain.settled : after, portion)
      const isLast = events.length < portion
      const settlement = isWhole ? await settle(trx, chain, isLast ? undefined : events.at(-1)?.seq) : undefined
      if (events.length > 0 || settlement) await appendSeals(trx, await makeSeals(trx, chain, events), settlement)
      return events
    })
  } catch (error) {
    // Somebody is being erased just now; the next run finds it done.
    if (isLockTaken(error)) return []
    throw error
  }
}

/**
 * Up to which number the chain is complete: every transaction that could have brought an event up to there has ended
 * before the events were read. What is newer than that is sealed as well, and looked at again.
 * @param last the last number that was read, where there are more
 */
async function settle(trx: Trx, chain: ChainState, last: string | undefined): Promise<Settlement | undefined> {
  const { isAwaited, reaches, settled } = chain
  if (isAwaited) return undefined
  if (last !== undefined && BigInt(last) < BigInt(reaches)) return { settled: last, reaches, writers: [] }
  const ahead = await lookAhead(trx)
  if (BigInt(ahead.reaches) > BigInt(reaches)) return { settled: reaches, ...ahead }
  return settled === reaches ? undefined : { settled: reaches, reaches, writers: [] }
}

/** Seals for events, after the head; their details are held for the transaction. */
export async function makeSeals(
  trx: Trx,
  head: ChainPoint,
  events: readonly SealedEvent[],
): Promise<readonly NewSeal[]> {
  const details = await holdDetails(
    trx,
    events.map(({ seq }) => seq),
  )
  let before = head
  return events.map((event) => {
    const detail = details.get(event.seq)
    const salt = detail ? randomSecret(16) : null
    const seal = sealEvent(before, event, detail && { ...detail, salt })
    before = seal
    return { ...seal, salt }
  })
}
