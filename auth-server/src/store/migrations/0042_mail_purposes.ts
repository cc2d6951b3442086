// What a mail with a link is for is a row of store/mail-purpose.ts alone: the database held a list of its own.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table mail_challenges drop constraint mail_challenges_purpose_check`.execute(db)
}
