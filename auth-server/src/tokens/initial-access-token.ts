// Initial access tokens: an operator's permission to register clients (RFC 7591 §3).
import { sha256 } from '../crypto/digest.ts'
import { randomSecret } from '../crypto/random.ts'
import type { Db, Trx } from '../store/database.ts'
import { insertInitialAccessToken } from '../store/tables/initial-access-tokens.ts'

/**
 * Makes a token that registers `uses` clients within `ttlSeconds`. It is shown this once; the database keeps its hash.
 * @param note for whom or what it is, for the operator's eyes.
 */
export async function createInitialAccessToken(
  db: Db | Trx,
  { note, uses = 1, ttlSeconds = 24 * 3600 }: Readonly<{ note: string; uses?: number; ttlSeconds?: number }>,
): Promise<string> {
  const token = randomSecret()
  await insertInitialAccessToken(db, { tokenHash: sha256(token), note, uses, ttlSeconds })
  return token
}
