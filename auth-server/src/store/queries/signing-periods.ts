// When each signing key signed, as far as it is still there.
import { sql } from 'kysely'
import type { Db } from '../database.ts'

/** When a key signed, and for which algorithm. */
export interface SigningPeriod {
  readonly kid: string
  readonly alg: string
  readonly from: Date
  /** Undefined while it signs. */
  readonly to: Date | undefined
}

/** When each key signed: until the next one of its algorithm did. */
export const SIGNING_PERIODS = sql`
  select kid, alg, signs_from, lead(signs_from) over (partition by alg order by signs_from, kid) as replaced_at
  from signing_keys`

/** When a key signed; undefined where none has this id (any more: one that leaked is deleted). */
export async function findSigningPeriod(db: Db, kid: string): Promise<SigningPeriod | undefined> {
  const { rows } = await sql<{ kid: string; alg: string; from: Date; to: Date | null }>`
    select kid, alg, signs_from as from, replaced_at as to from (${SIGNING_PERIODS}) key where kid = ${kid}`.execute(db)
  const [row] = rows
  return row && { ...row, to: row.to ?? undefined }
}
