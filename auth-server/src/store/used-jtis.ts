// Identifiers that may be used once: client assertions and DPoP proofs.
import { sql } from 'kysely'
import { sha256 } from '../crypto/digest.ts'
import type { Db } from './database.ts'

/** Notes an identifier; false when it was noted before. The primary key settles two uses at once. */
export const useJti = async (db: Db, parts: readonly string[], keepSeconds: number): Promise<boolean> => {
  const row = await db
    .insertInto('used_jtis')
    .values({
      jti_hash: sha256(parts.join('\0')),
      expires_at: sql<Date>`auth_now() + make_interval(secs => ${keepSeconds})`,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('jti_hash')
    .executeTakeFirst()
  return row !== undefined
}
