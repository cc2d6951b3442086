// What phones know an application by counts once somebody has confirmed it who may: with it an app is part of this server.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table app_identities add column confirmed_at timestamptz`.execute(db)
  // Until now nobody but the operator, or a machine client of theirs, wrote one.
  await sql`update app_identities set confirmed_at = auth_now()`.execute(db)
}
