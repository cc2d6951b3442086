// Whether the keys of an app's devices have to be vouched for by the phone.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table app_identities add column attestation text not null default 'off'
            check (attestation in ('off', 'optional', 'required'))`.execute(db)
}
