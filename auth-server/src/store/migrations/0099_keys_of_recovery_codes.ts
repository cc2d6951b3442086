// The hash of a recovery code has a key of its own, sealed beside it: so KEY_ENCRYPTION_KEY can be replaced.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // Codes from before have none, until `npm run reseal` gives them one.
  await sql`alter table authenticators drop constraint authenticators_check1`.execute(db)
  await sql`alter table authenticators add constraint authenticators_key_check
            check (kind = 'recovery_code' or key is not null) not valid`.execute(db)
}
