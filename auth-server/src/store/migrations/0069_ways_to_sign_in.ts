// Which ways to sign in an API offers, what an application leaves of them, and by whose word each session was opened.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`alter table apis add column sign_in jsonb`,
    sql`alter table applications add column sign_in jsonb`,
    // Of the provider; null: an account of this server, or, with fed in amr, one from before there was the column.
    sql`alter table sessions add column issuer text`,
  ]
  for (const statement of statements) await statement.execute(db)
}
