// Rows of signing keys; the private half is encrypted before it gets here.
import { sql } from 'kysely'
import type { Db } from './database.ts'

export type SigningKeyRow = Readonly<{
  kid: string
  alg: string
  publicJwk: Record<string, unknown>
  privateJwe: string
  /** Whether the key may sign by now; an older key signs until a newer one may. */
  signs: boolean
}>

/** Every key that is published, oldest first. */
export const listSigningKeys = async (db: Db): Promise<SigningKeyRow[]> =>
  db
    .selectFrom('signing_keys')
    .where('retired_at', 'is', null)
    .select([
      'kid',
      'alg',
      'public_jwk as publicJwk',
      'private_jwe as privateJwe',
      sql<boolean>`signs_from <= auth_now()`.as('signs'),
    ])
    .orderBy('signs_from')
    .execute()

/** Adds a key unless its algorithm has one already: of several instances that start at once, the first one's key stands. */
export const insertFirstSigningKey = async (db: Db, row: Omit<SigningKeyRow, 'signs'>): Promise<void> => {
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('signing_keys'))`.execute(trx)
    const known = await trx
      .selectFrom('signing_keys')
      .where('alg', '=', row.alg)
      .where('retired_at', 'is', null)
      .select('kid')
      .executeTakeFirst()
    if (known) return
    await trx
      .insertInto('signing_keys')
      .values({
        kid: row.kid,
        alg: row.alg,
        public_jwk: JSON.stringify(row.publicJwk),
        private_jwe: row.privateJwe,
        retired_at: null,
      })
      .execute()
  })
}
