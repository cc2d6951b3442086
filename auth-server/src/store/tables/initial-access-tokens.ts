// Rows of initial access tokens (RFC 7591 §3): how often each may still register a client.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { TableDeclaration } from '../declaration.ts'
import { secondsFromNow } from '../sql.ts'

export interface InitialAccessTokens {
  token_hash: string
  note: string
  remaining_uses: number
  expires_at: Date
}

export const INITIAL_ACCESS_TOKENS: TableDeclaration<InitialAccessTokens> = {
  purpose: 'Tokens with which developers may register clients (RFC 7591).',
  lifetime: { until: 'it expires', obsolete: sql`expires_at < auth_now()`, indexed: true },
  people: { nobody: 'The note says what the token is for; the operator writes it and names no person in it.' },
}

export async function insertInitialAccessToken(
  db: Db | Trx,
  row: Readonly<{ tokenHash: string; note: string; uses: number; ttlSeconds: number }>,
): Promise<void> {
  await db
    .insertInto('initial_access_tokens')
    .values({
      token_hash: row.tokenHash,
      note: row.note,
      remaining_uses: row.uses,
      expires_at: secondsFromNow(row.ttlSeconds),
    })
    .execute()
}

/** Takes one use; false when none is left. Undone with the transaction when nothing comes of the registration. */
export async function spendInitialAccessToken(trx: Trx, tokenHash: string): Promise<boolean> {
  const result = await trx
    .updateTable('initial_access_tokens')
    .set({ remaining_uses: sql<number>`remaining_uses - 1` })
    .where('token_hash', '=', tokenHash)
    .where('remaining_uses', '>', 0)
    .where('expires_at', '>', sql<Date>`auth_now()`)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}
