// An app may learn DPoP after its login: from which generation on a family's refresh tokens are bound to its key.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table refresh_families add column bound_since integer`.execute(db)
  await sql`update refresh_families set bound_since = 1 where dpop_jkt is not null`.execute(db)
  await sql`alter table refresh_families
    add constraint bound_since_some_generation check ((dpop_jkt is null) = (bound_since is null))`.execute(db)
}
