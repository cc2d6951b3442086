// Ends what of the audit log is older than the operator wants it kept: the chain begins anew after it, and the rest of it still holds.
import type { Db } from '../store/database.ts'
import { endOldAudit, readAnchor } from '../store/queries/sealed-events.ts'
import { WITHOUT_REQUEST } from './context.ts'
import { headText } from './head.ts'
import { record } from './record.ts'

const BATCH = 2000
const MAX_BATCHES = 200

/** @returns how many events ended */
export async function endOldEvents(
  db: Db,
  days: number,
  { batch = BATCH, signal }: Readonly<{ batch?: number; signal?: AbortSignal }> = {},
): Promise<number> {
  let ended = 0
  for (let count = batch, round = 0; count === batch && round < MAX_BATCHES && !signal?.aborted; round++) {
    count = await endBatch(db, days, batch)
    ended += count
  }
  return ended
}

/** With an event, so that the chain itself says where it has begun since when. */
function endBatch(db: Db, days: number, batch: number): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const before = await readAnchor(trx)
    const ended = await endOldAudit(trx, days, batch)
    if (ended === 0) return 0
    const change = { before: [headText(before)], after: [headText(await readAnchor(trx))] }
    await record(trx, { type: 'audit', outcome: 'ended', change }, WITHOUT_REQUEST)
    return ended
  })
}
