// Verifies the audit log of the database: its chain, and that nothing stands beside it.
import type { Db, Trx } from '../store/database.ts'
import { atOneMoment, readSeals, summarizeChain } from '../store/queries/sealed-events.ts'
import type { ChainPoint } from '../store/tables/audit-seals.ts'
import { type Misfit, type Verified, verifyChain } from './verify.ts'

export interface VerifiedDatabase extends Verified {
  readonly anchor: ChainPoint
  /** Events of the last seconds, which are to be sealed. */
  readonly unsealed: number
}

/** @param noted heads that were noted elsewhere */
export function verifyDatabase(db: Db, noted?: readonly ChainPoint[]): Promise<VerifiedDatabase> {
  return atOneMoment(db, (trx) => verifyIn(trx, noted))
}

/** The same in a transaction that is under way. */
export async function verifyIn(trx: Trx, noted?: readonly ChainPoint[]): Promise<VerifiedDatabase> {
  const summary = await summarizeChain(trx)
  const { anchor, head, unsealed, leftOut } = summary
  const verified = await verifyChain(summary, readSeals(trx, 0), noted)
  return { ...verified, anchor, unsealed, misfit: verified.misfit ?? besides(verified.head, head, leftOut) }
}

function besides(reached: ChainPoint, head: ChainPoint, leftOut: string | undefined): Misfit | undefined {
  if (reached.position !== head.position || reached.hash !== head.hash)
    return {
      position: head.position,
      problem: `the chain ends at position ${reached.position}, and the database says that it goes on to this one`,
    }
  if (leftOut === undefined) return undefined
  return { seq: leftOut, problem: 'the event is in the log, and was never sealed: it was put there afterwards' }
}
