// Who wants to hear of what happens: what the catalogue file says, for the statements that tell of it.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table hook_subscriptions (
      name text primary key,
      receiver text not null,
      events text[] not null
    )`.execute(db)
}
