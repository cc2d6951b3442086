// An address that is set aside keeps what stood behind it, so that it comes back as it was.
import { type Kysely, sql } from 'kysely'

// Of those that were set aside before, nobody knows: they come back as the word of another, for their person to confirm.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table email_addresses add column proof_before text`.execute(db)
}
